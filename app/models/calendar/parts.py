"""The parts of events as callers see them."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, WithJsonSchema, with_config
from typing_extensions import TypedDict

from app.models.fields import Timestamp

__all__ = [
    "Attendee",
    "Coordinates",
    "EventTime",
    "Location",
    "Place",
    "Recurrence",
    "RecurrencePattern",
    "RecurrenceRange",
    "Reply",
    "TimeSpan",
]

Reply = Literal[
    "none",
    "organizer",
    "tentative",
    "accepted",
    "declined",
    "not_responded",
    "unknown",
]
_DATE: dict[str, Any] = {
    "type": "string",
    "format": "date",
    "examples": ["2026-11-22"],
}


def _either_or(schema: dict[str, Any]) -> None:
    """Describe both forms; the shape here is the sum of their members."""
    members = schema.pop("properties")
    del schema["type"]
    schema["anyOf"] = [
        {
            "type": "object",
            "title": title,
            "properties": {name: members[name] for name in names},
            "required": names,
        }
        for title, names in (
            ("LocalTime", ["date_time", "time_zone"]),
            ("WholeDay", ["date"]),
        )
    ]


@with_config(ConfigDict(json_schema_extra=_either_or))
class EventTime(TypedDict, total=False):
    """A local time in its zone or, for whole days, a date."""

    date_time: Annotated[str, Field(examples=["2026-11-22T09:00:00"])]
    time_zone: Annotated[str, Field(examples=["Europe/Berlin"])]
    date: Annotated[str, WithJsonSchema(_DATE)]


class Place(TypedDict):
    """A postal address."""

    street: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None


class Coordinates(TypedDict):
    """A place on the globe, in degrees."""

    latitude: float
    longitude: float


class Location(TypedDict):
    """Where something takes place; ``email`` is that of a room."""

    name: str
    email: str | None
    uri: str | None
    address: Place | None
    coordinates: Coordinates | None


class TimeSpan(TypedDict):
    """From when to when."""

    start: EventTime | None
    end: EventTime | None


class Attendee(TypedDict):
    """Somebody, or something, that is invited."""

    name: str | None
    address: str | None
    type: Literal["required", "optional", "resource", "unknown"]
    response: Reply
    responded_at: Timestamp | None
    proposed: Annotated[
        TimeSpan | None, Field(description="The time they would rather have.")
    ]


class RecurrencePattern(TypedDict):
    """How a series repeats; members that its type does not have are null.

    In a month that lacks its ``day_of_month``, it takes place on the last.
    """

    type: Literal[
        "daily",
        "weekly",
        "absolute_monthly",
        "relative_monthly",
        "absolute_yearly",
        "relative_yearly",
        "unknown",
    ]
    interval: int
    days_of_week: list[str] | None
    day_of_month: int | None
    month: int | None
    index: Literal["first", "second", "third", "fourth", "last"] | None
    first_day_of_week: str | None


class RecurrenceRange(TypedDict):
    """From which day on a series repeats, and for how long."""

    type: Literal["no_end", "end_date", "numbered", "unknown"]
    start_date: Annotated[str, WithJsonSchema(_DATE)] | None
    end_date: Annotated[
        str | None,
        Field(description="The last day on which it may take place."),
    ]
    count: int | None
    time_zone: Annotated[
        str | None,
        Field(description="In which rule and days are to be read."),
    ]


class Recurrence(TypedDict):
    """How a series repeats, in two forms that mean the same."""

    rrule: Annotated[
        str | None,
        Field(
            description="A value of RRULE (RFC 5545), for a DTSTART in"
            " `range.time_zone`; null if it cannot be said so.",
            examples=["FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10"],
        ),
    ]
    pattern: RecurrencePattern
    range: RecurrenceRange
