"""Graph's JSON of calendars and events, as far as it is read here.

As in `wire`, everything but ids may be missing or null.

Source: https://learn.microsoft.com/graph/api/resources/event and its like.
"""

from msgspec import field

from app.gateway.translation.wire import (
    GraphAddress,
    GraphBody,
    GraphRecipient,
    GraphTime,
    Read,
    Whole,
)

__all__ = [
    "GraphAttendee",
    "GraphCalendar",
    "GraphCoordinates",
    "GraphEvent",
    "GraphLocation",
    "GraphPattern",
    "GraphPlace",
    "GraphRange",
    "GraphRecurrence",
    "GraphResponse",
    "GraphSlot",
]


class GraphCalendar(Read):
    """A calendar."""

    id: str
    name: str | None = None
    color: str | None = None
    hex_color: str | None = None
    change_key: str | None = None
    is_default_calendar: bool | None = None
    can_edit: bool | None = None
    can_share: bool | None = None
    can_view_private_items: bool | None = None
    is_removable: bool | None = None
    owner: GraphAddress | None = None


class GraphResponse(Read):
    """What somebody answered to an invitation."""

    response: str | None = None
    time: str | None = None


class GraphSlot(Read):
    """From when to when."""

    start: GraphTime | None = None
    end: GraphTime | None = None


class GraphAttendee(GraphRecipient):
    """Somebody who is invited."""

    type: str | None = None
    status: GraphResponse | None = None
    proposed_new_time: GraphSlot | None = None


class GraphPlace(Read):
    """A postal address."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country_or_region: str | None = None


class GraphCoordinates(Read):
    """A place on the globe."""

    latitude: float | None = None
    longitude: float | None = None


class GraphLocation(Read):
    """Where something takes place."""

    display_name: str | None = None
    location_email_address: str | None = None
    location_uri: str | None = None
    address: GraphPlace | None = None
    coordinates: GraphCoordinates | None = None


class GraphPattern(Read):
    """How something repeats."""

    type: str | None = None
    interval: Whole | None = None
    month: Whole | None = None
    day_of_month: Whole | None = None
    days_of_week: list[str] | None = None
    first_day_of_week: str | None = None
    index: str | None = None


class GraphRange(Read):
    """From when on, and for how long, something repeats."""

    type: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    recurrence_time_zone: str | None = None
    number_of_occurrences: Whole | None = None


class GraphRecurrence(Read):
    """A pattern and a range."""

    pattern: GraphPattern | None = None
    range: GraphRange | None = None


class GraphMeeting(Read):
    """An online meeting."""

    join_url: str | None = None


class GraphEvent(Read):
    """An event, whole or in part; read fastest in the order of Graph's."""

    id: str
    odata_etag: str | None = field(name="@odata.etag", default=None)
    change_key: str | None = None
    categories: list[str] | None = None
    original_start_time_zone: str | None = None
    original_end_time_zone: str | None = None
    i_cal_u_id: str | None = field(name="iCalUId", default=None)
    reminder_minutes_before_start: Whole | None = None
    is_reminder_on: bool | None = None
    has_attachments: bool | None = None
    subject: str | None = None
    body_preview: str | None = None
    importance: str | None = None
    sensitivity: str | None = None
    is_all_day: bool | None = None
    is_cancelled: bool | None = None
    is_organizer: bool | None = None
    response_requested: bool | None = None
    series_master_id: str | None = None
    show_as: str | None = None
    type: str | None = None
    web_link: str | None = None
    online_meeting_url: str | None = None
    is_online_meeting: bool | None = None
    allow_new_time_proposals: bool | None = None
    recurrence: GraphRecurrence | None = None
    online_meeting: GraphMeeting | None = None
    response_status: GraphResponse | None = None
    body: GraphBody | None = None
    start: GraphTime | None = None
    end: GraphTime | None = None
    original_start: str | None = None
    location: GraphLocation | None = None
    locations: list[GraphLocation] | None = None
    attendees: list[GraphAttendee] | None = None
    organizer: GraphRecipient | None = None
    calendar_link: str | None = field(
        name="calendar@odata.navigationLink", default=None
    )
