"""Calendars and events as callers see them."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.models.calendar.parts import (
    Attendee,
    EventTime,
    Location,
    Recurrence,
    Reply,
)
from app.models.fields import Partial, Timestamp
from app.models.mail import Body, Importance, Person

__all__ = [
    "Calendar",
    "CalendarPage",
    "Color",
    "Event",
    "EventAction",
    "EventPage",
    "EventSummary",
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
