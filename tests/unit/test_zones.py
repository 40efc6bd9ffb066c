"""Time zones by the names of Windows and of IANA."""

from zoneinfo import available_timezones

import pytest
from tzlocal.windows_tz import win_tz

from app.gateway.translation.zones import find_zone, iana_zone, windows_zone


@pytest.mark.parametrize("windows", sorted(win_tz))
def test_every_zone_of_windows_goes_there_and_back(windows: str) -> None:
    """Each has rules here, and is written as it was read."""
    name = iana_zone(windows)

    assert name is not None
    assert find_zone(name) is not None
    assert windows_zone(name) == windows


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("India Standard Time", "Asia/Kolkata"),
        ("Nepal Standard Time", "Asia/Kathmandu"),
        ("FLE Standard Time", "Europe/Kyiv"),
        ("UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("America/New_York", "America/New_York"),
    ],
)
def test_names_are_those_of_today(theirs: str, ours: str) -> None:
    """As the tz database has them now, whatever CLDR holds on to."""
    assert iana_zone(theirs) == ours


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "tzone://Microsoft/Custom",
        "Customized Time Zone",
        "Middle-earth",
        "../../etc/passwd",
        "W. Europe Standard Time ",
        "\x00",
    ],
)
def test_other_names_are_none(name: str | None) -> None:
    """What nobody else knows is no zone, and no failure."""
    assert iana_zone(name) is None


def test_few_zones_are_not_windows_s() -> None:
    """All but these can be written as Exchange surely knows them."""
    kept = {n for n in available_timezones() if windows_zone(n) == n}

    assert kept == {"UTC", "Antarctica/Troll", "Factory", "localtime"}
