"""Who is free when, as callers see it."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.models.calendar.parts import EventTime
from app.models.fields import Partial, Timestamp
from app.models.mailbox_settings import WorkingHours
from app.models.overview import PartProblem

__all__ = [
    "Availability",
    "BusyTime",
    "FreeBusy",
    "MeetingTime",
    "MeetingTimes",
    "Presence",
    "Schedule",
    "Unreadable",
]

Availability = Literal[
    "free", "tentative", "busy", "away", "working_elsewhere", "unknown"
]


class BusyTime(TypedDict):
    """Something in a calendar.

    ``subject`` and ``location`` are told only if their owner lets them be.
    """

    start: EventTime | None
    end: EventTime | None
    starts_at: Timestamp | None
    ends_at: Timestamp | None
    status: Availability
    subject: str | None
    location: str | None
    is_private: bool


class Schedule(TypedDict):
    """When somebody is free, or why that is not known."""

    address: str
    availability: Annotated[
        list[Availability],
        Field(
            description="For each interval from the start of the window on;"
            " empty if it is not known."
        ),
    ]
    busy: list[BusyTime]
    working_hours: WorkingHours | None
    problem: PartProblem | None
    is_partial: Partial


class FreeBusy(TypedDict):
    """When each of those asked for is free, in the order of the request."""

    start: Timestamp
    end: Timestamp
    interval: Annotated[str, Field(examples=["PT30M"])]
    items: list[Schedule]


class Presence(TypedDict):
    """Whether somebody could come to a meeting."""

    address: str
    kind: Literal["required", "optional"]
    availability: Availability
    in_working_hours: Annotated[
        bool | None, Field(description="Null if they are not known.")
    ]


class MeetingTime(TypedDict):
    """A time at which a meeting is possible."""

    start: EventTime
    end: EventTime
    starts_at: Timestamp
    ends_at: Timestamp
    confidence: Annotated[
        int,
        Field(
            ge=0,
            le=100,
            description="How likely all come: the mean of 100 for each who"
            " is free, 49 for each of whom it is open, 0 for others.",
        ),
    ]
    attendees: list[Presence]


class Unreadable(TypedDict):
    """Somebody of whom it is not known when they are free."""

    address: str
    problem: PartProblem


class MeetingTimes(TypedDict):
    """Times for a meeting, the most likely first, then the earliest."""

    items: list[MeetingTime]
    unknown: list[Unreadable]
