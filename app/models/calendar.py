"""Calendars and events as callers see them."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from app.models.fields import Partial, Timestamp
from app.models.mail import Body, Importance, Person

__all__ = [
    "Attendee",
    "Calendar",
    "CalendarPage",
    "Coordinates",
    "Event",
    "EventAction",
    "EventPage",
    "EventSummary",
    "EventTime",
    "Location",
    "Place",
    "Recurrence",
    "RecurrencePattern",
    "RecurrenceRange",
    "Reply",
    "TimeSpan",
]

Color = Literal[
    "auto",
    "light_blue",
    "light_green",
    "light_orange",
    "light_gray",
    "light_yellow",
    "light_teal",
    "light_pink",
    "light_brown",
    "light_red",
    "unknown",
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
_DATE_TIME = {
    "type": "string",
    "description": "Local time in that zone.",
    "examples": ["2026-11-22T09:00:00"],
}
_ZONE = {"type": "string", "examples": ["Europe/Berlin"]}
_DATE = {"type": "string", "format": "date", "examples": ["2026-11-22"]}


class _EventTime(TypedDict, total=False):
    date_time: str
    time_zone: str
    date: str


EventTime = Annotated[
    _EventTime,
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "object",
                    "title": "Local time",
                    "properties": {
                        "date_time": _DATE_TIME,
                        "time_zone": _ZONE,
                    },
                    "required": ["date_time", "time_zone"],
                },
                {
                    "type": "object",
                    "title": "Whole day",
                    "properties": {"date": _DATE},
                    "required": ["date"],
                },
            ]
        }
    ),
]
"""A local time and its zone, or a day: ``{"date": …}``."""


class Calendar(TypedDict):
    """A calendar of a mailbox."""

    id: str
    name: str
    color: Color
    hex_color: Annotated[str | None, Field(examples=["#ff8c00"])]
    is_default: bool
    can_edit: bool
    can_share: bool
    can_view_private: bool
    is_removable: bool
    owner: Person | None
    etag: str
    is_partial: Partial


class CalendarPage(TypedDict):
    """One page of calendars, and where the next one starts."""

    items: list[Calendar]
    next_cursor: str | None


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
    start_date: Annotated[str | None, WithJsonSchema(_DATE)]
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


class EventSummary(TypedDict):
    """An event as it appears in lists.

    ``start`` and ``end`` are local times in the zone that was asked for, or
    else in that of the event; ``starts_at`` and ``ends_at`` tell the same in
    UTC, which also tells apart the two times that are alike when clocks are
    put back. All-day events have days instead: ``end`` is the day after the
    last one, wherever they are looked at.
    """

    id: str
    series_id: Annotated[
        str | None, Field(description="Of the series that it belongs to.")
    ]
    calendar_id: str | None
    kind: Literal["single", "occurrence", "exception", "series", "unknown"]
    subject: str
    preview: str
    start: EventTime | None
    end: EventTime | None
    starts_at: Timestamp | None
    ends_at: Timestamp | None
    is_all_day: bool
    time_zone: Annotated[
        str | None,
        Field(
            description="The event's own zone; null where Exchange has one"
            " that nobody else knows.",
            examples=["Europe/Berlin"],
        ),
    ]
    original_start_at: Annotated[
        Timestamp | None,
        Field(description="When an occurrence would start by its series."),
    ]
    location: Location | None
    locations: list[Location]
    organizer: Person | None
    is_organizer: bool
    attendees: list[Attendee]
    my_response: Reply
    my_responded_at: Timestamp | None
    response_requested: bool
    allows_proposals: Annotated[
        bool, Field(description="Whether attendees may propose a new time.")
    ]
    status: Literal[
        "free", "tentative", "busy", "away", "working_elsewhere", "unknown"
    ]
    sensitivity: Literal[
        "normal", "personal", "private", "confidential", "unknown"
    ]
    importance: Importance
    is_cancelled: bool
    is_online: bool
    join_url: str | None
    recurrence: Annotated[
        Recurrence | None, Field(description="Of a series only.")
    ]
    reminder_minutes: Annotated[
        int | None, Field(description="Before the start; null for none.")
    ]
    categories: list[str]
    has_attachments: bool
    ical_uid: str | None
    web_link: str | None
    etag: str
    is_partial: Partial


class EventPage(TypedDict):
    """One page of events, and where the next one starts."""

    items: list[EventSummary]
    next_cursor: str | None


class Event(EventSummary):
    """A whole event."""

    body: Annotated[Body | None, Field(description="None with body=none.")]


class EventAction(TypedDict):
    """Something that was done with an event."""

    event_id: str
    action: Literal["accept", "tentative", "decline", "cancel", "forward"]
    outcome: Literal["performed"]
    attempts: Annotated[int, Field(description="Times Graph was asked to.")]
