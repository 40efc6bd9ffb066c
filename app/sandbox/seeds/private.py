"""What Ada and Grace have for themselves."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from app.sandbox.seeds.diary import Diary, rule
from app.sandbox.seeds.people import ADA, GRACE

__all__ = ["adas", "graces"]

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)
JUNE, SEPTEMBER = 6, 9
PAYDAY = 31


def adas(diary: Diary) -> None:
    """Write down Ada's own appointments, in two calendars."""
    _trip(diary)
    _own_time(diary)
    _oddities(diary)
    _private_calendar(diary)
    for week in (2, 6):
        diary.add(
            ADA,
            "Company holiday",
            diary.days(ADA, diary.day(MONDAY, week)),
            showAs="oof",
            isReminderOn=False,
            categories=["Holiday"],
        )


def graces(diary: Diary) -> None:
    """Write down Grace's own appointments."""
    diary.add(
        GRACE,
        "School run",
        diary.times(GRACE, diary.day(MONDAY, -12), "08:15", 30),
        repeats=rule("weekly", "monday", "wednesday", "friday"),
        sensitivity="private",
        showAs="oof",
    )
    for week in (0, 1):
        diary.add(
            GRACE,
            "Day off",
            diary.days(GRACE, diary.day(FRIDAY, week)),
            showAs="oof",
        )
        diary.add(
            GRACE,
            "Reading",
            diary.times(GRACE, diary.day(MONDAY, week), "15:00", 120),
            showAs="free",
        )


def _trip(diary: Diary) -> None:
    """Three days in Lisbon, and a flight from one zone to another."""
    for week in (1, 3):
        diary.add(
            ADA,
            "Offsite in Lisbon",
            diary.days(ADA, diary.day(TUESDAY, week), 3),
            showAs="oof" if week != 1 else "workingElsewhere",
            place="Lisbon",
        )
        leaves = diary.times(ADA, diary.day(MONDAY, week), "18:30", 0)
        lands = diary.times(GRACE, diary.day(MONDAY, week), "21:05", 0)
        flight = replace(leaves, end=lands.end, end_zone=lands.end_zone)
        diary.add(ADA, "Flight to Lisbon", flight, showAs="oof")


def _own_time(diary: Diary) -> None:
    for week in (0, 1):
        diary.add(
            ADA,
            "Dentist",
            diary.times(ADA, diary.day(WEDNESDAY, week), "08:00", 60),
            sensitivity="private",
            showAs="oof",
        )
        diary.add(
            ADA,
            "Hold: budget",
            diary.times(ADA, diary.day(THURSDAY, week), "13:00", 60),
            showAs="tentative",
        )
    diary.add(
        ADA,
        "Working from home",
        diary.days(ADA, diary.day(FRIDAY, -10)),
        repeats=rule("weekly", "friday"),
        showAs="workingElsewhere",
        isReminderOn=False,
    )
    diary.add(
        ADA,
        "Pay day",
        diary.days(ADA, _months_end(diary.day(0, -20))),
        repeats=rule("absoluteMonthly", dayOfMonth=PAYDAY),
        showAs="free",
    )
    diary.add(
        ADA,
        "Summer party",
        diary.times(ADA, _last_friday(diary.monday.year - 1), "17:00", 300),
        repeats=rule("relativeYearly", "friday", index="last", month=JUNE),
    )


def _oddities(diary: Diary) -> None:
    """Events that careless programs stumble over."""
    custom = "tzone://Microsoft/Custom"
    day = diary.day(THURSDAY, 1)
    diary.add(
        ADA,
        None,
        diary.times(ADA, day, "07:00", 0),
        showAs="unknown",
        originalStartTimeZone=custom,
        originalEndTimeZone=custom,
        organizer=None,
        sensitivity="unknownFutureValue",
    )
    diary.add(
        ADA,
        "Überprüfung der Größen 会議 🎉",
        diary.times(ADA, day, "22:30", 180),
        place="Straße 4, 日本橋",
        text="<script>x()</script>Late, over midnight",
        onlineMeetingProvider="unknownFutureValue",
    )


def _private_calendar(diary: Diary) -> None:
    private = diary.calendar(ADA, "Private", color="lightGreen").id
    diary.add(
        ADA,
        "Choir",
        diary.times(ADA, diary.day(TUESDAY, -8), "19:30", 120),
        repeats=rule("weekly", "tuesday", until=diary.day(TUESDAY, 12)),
        calendar=private,
        place="St. Nikolai",
    )
    diary.add(
        ADA,
        "Mum's birthday",
        diary.days(ADA, date(diary.monday.year - 2, SEPTEMBER, 14)),
        repeats=rule("absoluteYearly", dayOfMonth=14, month=SEPTEMBER),
        calendar=private,
        showAs="free",
    )
    diary.add(
        ADA,
        "Water the plants",
        diary.times(ADA, diary.day(MONDAY, -1), "18:00", 10),
        repeats=rule("daily", interval=3, count=12),
        calendar=private,
        showAs="free",
    )


def _months_end(day: date) -> date:
    """Return the next 31st of a month."""
    while (day + timedelta(days=1)).day != 1 or day.day != PAYDAY:
        day += timedelta(days=1)
    return day


def _last_friday(year: int) -> date:
    last = datetime.combine(date(year, JUNE, 30), time())
    return (last - timedelta(days=(last.weekday() - FRIDAY) % 7)).date()
