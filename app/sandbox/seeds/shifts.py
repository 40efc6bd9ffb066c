"""Who answers customers, and who is called at night."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.sandbox.seeds.diary import Diary, rule
from app.sandbox.seeds.people import ADA, LINUS, SUPPORT

__all__ = ["on_call", "on_shifts"]

BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY = 5
ONE_DAY = timedelta(days=1)


def on_shifts(diary: Diary) -> None:
    """Write down the shared mailbox's shifts and maintenance."""
    for name, start, days in (
        ("Early shift", "06:00", ("monday", "wednesday", "friday")),
        ("Late shift", "14:00", ("tuesday", "thursday")),
    ):
        first = diary.day(0 if "monday" in days else 1, -9)
        diary.add(
            SUPPORT,
            name,
            diary.times(SUPPORT, first, start, 480),
            repeats=rule("weekly", *days),
            showAs="free",
        )
    for night in _clock_changes(diary.monday):
        diary.add(
            SUPPORT,
            "Maintenance while clocks change",
            diary.times(ADA, night, "23:30", 360),
            showAs="busy",
            text="The night that is an hour longer or shorter.",
        )
    diary.add(
        SUPPORT,
        "Release freeze",
        diary.days(SUPPORT, diary.day(3, 1), 5),
        showAs="free",
    )


def on_call(diary: Diary) -> None:
    """Write down what Linus has to watch."""
    diary.add(
        LINUS,
        "Hand-over",
        diary.times(LINUS, diary.day(0, -6), "10:00", 30),
        repeats=rule("weekly", "monday", count=40),
        online=True,
    )
    rota = diary.calendar(LINUS, "On call", color="lightRed").id
    diary.add(
        LINUS,
        "On call",
        diary.days(LINUS, diary.day(0, -6), 7),
        repeats=rule("weekly", "monday", interval=3),
        calendar=rota,
        showAs="free",
    )


def _clock_changes(day: date) -> list[date]:
    """Return the Saturdays before the last and the next change of clocks."""
    nights = [
        one
        for one in (day + ONE_DAY * n for n in range(-220, 220))
        if one.weekday() == SATURDAY and _offset(one) != _offset(one + ONE_DAY)
    ]
    past = [one for one in nights if one < day][-1:]
    return past + [one for one in nights if one >= day][:1]


def _offset(day: date) -> timedelta | None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN)
    return noon.utcoffset()
