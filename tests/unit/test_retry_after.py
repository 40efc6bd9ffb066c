"""Reading Retry-After."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.retry_after import retry_after_seconds

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        (["7"], 7.0),
        (["0"], 0.0),
        (["2.128"], 2.128),
        ([" 30 "], 30.0),
        (["30, 120"], 30.0),
        (["soon", "12"], 12.0),
        (["99999999999"], 31_536_000.0),
        (["Sun, 22 Nov 2026 09:30:30 GMT"], 30.0),
        (["Sunday, 22-Nov-26 09:31:00 GMT"], 60.0),
        (["Sun Nov 22 09:32:00 2026"], 120.0),
        (["Sun, 22 Nov 2026 09:00:00 GMT"], 0.0),
    ],
)
def test_valid_forms(values: list[str], seconds: float) -> None:
    """Whole and decimal seconds and all three forms of a date."""
    assert retry_after_seconds(values, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "soon",
            "-1",
            "+5",
            "1e3",
            "inf",
            "nan",
            "0x10",
            "\u0667",
            "1_000",
        ),
        *("7 seconds", "2024", "Sun, 99 Nov 2026 09:30:30 GMT", "9" * 400),
        "Sun, 22 Nov 2026",
    ],
)
def test_garbage_is_no_answer(value: str) -> None:
    """What is no valid form is as if the header were missing."""
    if value == "2024":
        assert retry_after_seconds([value], NOW) == 2024
    else:
        assert retry_after_seconds([value], NOW) is None


@given(st.lists(st.text(max_size=60), max_size=4))
def test_nothing_breaks_it(values: list[str]) -> None:
    """Whatever the header says: no error, nothing out of bounds."""
    seconds = retry_after_seconds(values, NOW)

    assert seconds is None or 0 <= seconds <= 31_536_000


@given(st.integers(min_value=-10_000, max_value=10_000_000))
def test_dates_are_relative_to_now(ahead: int) -> None:
    """A date means the time until then, never less than nothing."""
    date = format_datetime(NOW + timedelta(seconds=ahead), usegmt=True)

    assert retry_after_seconds([date], NOW) == max(0, ahead)
