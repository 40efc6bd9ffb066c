"""What the people of the sandbox meet about."""

from datetime import timedelta
from typing import Any

from app.sandbox.seeds.diary import Diary, Guest, rule
from app.sandbox.seeds.people import (
    ADA,
    COLLEAGUES,
    GRACE,
    LINUS,
    SUPPORT,
)
from app.sandbox.seeds.rooms import SPREE, TEJO
from app.sandbox.state.calendar_blank import NEVER
from app.sandbox.state.calendar_times import When
from app.sandbox.state.directory import User

__all__ = ["invited", "shared"]

WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
YES, MAYBE, NO, OPEN = "accepted", "tentativelyAccepted", "declined", "none"
TOMASZ, INES, BAO = COLLEAGUES[0], COLLEAGUES[1], COLLEAGUES[2]
WEDNESDAY, THURSDAY, FRIDAY = 2, 3, 4
CROWD = 80


def shared(diary: Diary) -> None:
    """Write down the meetings that Ada and Grace organize."""
    _stand_up(diary)
    _one_to_one(diary)
    _board(diary)
    _all_hands(diary)
    for week in (0, 1):
        diary.add(
            GRACE,
            "Pricing, once more",
            diary.times(GRACE, diary.day(THURSDAY, week), "14:00", 60),
            _must(ADA, MAYBE),
            (INES, NO, "optional"),
            place="Tejo 2.03",
            categories=["Borealis"],
            importance="high",
        )
        diary.add(
            GRACE,
            "Roadmap review",
            diary.times(GRACE, diary.day(WEDNESDAY, week), "10:00", 90),
            _must(ADA, OPEN),
            _must(SUPPORT, OPEN),
            text="Please bring your estimates.",
            online=True,
        )


def invited(diary: Diary) -> None:
    """Write down what people from elsewhere invited Ada to."""
    for week in (0, 1):
        _from_outside(
            diary,
            TOMASZ,
            "Northwind: kick-off",
            diary.times(ADA, diary.day(1, week), "10:00", 60),
            response=YES,
            showAs="busy",
            online=True,
        )
        _from_outside(
            diary,
            INES,
            "Suppliers: prices for spring",
            diary.times(ADA, diary.day(FRIDAY, week), "11:00", 45),
            response="notResponded",
            showAs="tentative",
            place="Room 7, Northwind",
        )
    _from_outside(
        diary,
        BAO,
        "Canceled: Vendor demo",
        diary.times(ADA, diary.day(FRIDAY, 1), "15:00", 30),
        response=YES,
        showAs="free",
        isCancelled=True,
    )
    diary.add(
        LINUS,
        "Incident review",
        diary.times(LINUS, diary.day(WEDNESDAY, 1), "16:00", 60),
        _must(ADA, YES),
        text="Timeline and actions.",
    )


def _stand_up(diary: Diary) -> None:
    """A short meeting each working day; some days are different."""
    start = diary.day(0, -30)
    series = diary.add(
        ADA,
        "Stand-up",
        diary.times(ADA, start, "09:15", 15),
        _must(GRACE, YES),
        (TOMASZ, YES, "optional"),
        repeats=rule("weekly", *WORKDAYS),
        online=True,
        categories=["Aurora"],
        reminderMinutesBeforeStart=5,
    )
    for week in (-1, 0, 1, 2):
        moved = diary.day(WEDNESDAY, week)
        later = diary.times(ADA, moved, "11:30", 30)
        diary.change(series, moved, later, subject="Stand-up (later)")
        diary.drop(series, diary.day(FRIDAY, week))


def _one_to_one(diary: Diary) -> None:
    diary.add(
        GRACE,
        "Ada / Grace",
        diary.times(GRACE, diary.day(1, -20), "13:30", 30),
        _must(ADA, YES),
        repeats=rule("weekly", "tuesday", interval=2),
        sensitivity="personal",
    )


def _board(diary: Diary) -> None:
    """The second Thursday of each month, in a room, for two years."""
    month = diary.monday.replace(year=diary.monday.year - 1, day=1)
    first = month + timedelta(days=(THURSDAY - month.weekday()) % 7 + 7)
    diary.add(
        ADA,
        "Architecture board",
        diary.times(ADA, first, "16:00", 90),
        _must(GRACE, MAYBE),
        (SPREE, YES, "resource"),
        repeats=rule(
            "relativeMonthly",
            "thursday",
            index="second",
            until=first + timedelta(days=730),
        ),
        place=str(SPREE.properties["displayName"]),
        text="Agenda in the wiki.",
    )


def _all_hands(diary: Diary) -> None:
    """The whole company, with all of its people in the list."""
    guests: list[Guest] = [
        ((f"Colleague {n}", f"colleague{n}@contoso.example"), OPEN, "optional")
        for n in range(CROWD)
    ]
    for week in (1, 5):
        diary.add(
            GRACE,
            "All hands",
            diary.times(GRACE, diary.day(THURSDAY, week), "16:00", 60),
            _must(ADA, YES),
            (TEJO, YES, "resource"),
            *guests,
            online=True,
            hideAttendees=True,
        )


def _must(user: User, response: str) -> Guest:
    return user, response, "required"


def _from_outside(
    diary: Diary,
    organizer: tuple[str, str],
    subject: str,
    when: When,
    **properties: Any,
) -> None:
    """Write down an event whose organizer has no mailbox here."""
    name, address = organizer
    response = properties.pop("response")
    diary.add(
        ADA,
        subject,
        when,
        _must(ADA, OPEN),
        organizer={"emailAddress": {"name": name, "address": address}},
        isOrganizer=False,
        responseStatus={"response": response, "time": NEVER},
        **properties,
    )
