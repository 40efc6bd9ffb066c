"""What callers send: events to write and changes to make."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.models.calendar.moments import (
    EventTimeInput,
    Input,
    check_order,
)
from app.models.calendar.rules import RecurrenceInput
from app.models.compose import BodyContent, Categories, Recipient, Subject
from app.models.fields import Address, ItemId, Line, TimeZone

__all__ = [
    "AttendeeInput",
    "EventInput",
    "EventPatch",
    "LocationInput",
    "PlaceInput",
]

_MOST_ATTENDEES = 500
_MOST_LOCATIONS = 20
# Four weeks, the most that Outlook offers is two.
_EARLIEST_REMINDER = 40_320
_MEETING: dict[str, Any] = {
    "subject": "Roadmap",
    "start": {
        "date_time": "2026-11-23T09:00:00",
        "time_zone": "Europe/Berlin",
    },
    "end": {"date_time": "2026-11-23T09:30:00", "time_zone": "Europe/Berlin"},
    "attendees": [{"address": "grace@contoso.example"}],
    "recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=10"},
}


Short = Annotated[Line, Field(max_length=255)]


class PlaceInput(Input):
    """A postal address."""

    street: Short | None = None
    city: Short | None = None
    state: Short | None = None
    postal_code: Short | None = None
    country: Short | None = None


class LocationInput(Input):
    """Where something takes place; ``email`` is that of a room."""

    name: Annotated[Line, Field(min_length=1, max_length=255)]
    email: Address | None = None
    uri: Annotated[Line, Field(max_length=2000)] | None = None
    address: PlaceInput | None = None


class AttendeeInput(Recipient):
    """Somebody, or something, to invite."""

    type: Literal["required", "optional", "resource"] = "required"


class _EventMembers(Input):
    """What an event can be told, new or changed."""

    subject: Subject | None = None
    body: BodyContent | None = None
    time_zone: Annotated[
        TimeZone | None,
        Field(
            description="Of an all-day event: whose days they are, for the"
            " sake of calendars that show it as a time. UTC without it."
        ),
    ] = None
    location: LocationInput | None = None
    locations: Annotated[
        Annotated[list[LocationInput], Field(max_length=_MOST_LOCATIONS)]
        | None,
        Field(description="In place of location; the first one is that."),
    ] = None
    attendees: (
        Annotated[list[AttendeeInput], Field(max_length=_MOST_ATTENDEES)]
        | None
    ) = None
    status: (
        Literal["free", "tentative", "busy", "away", "working_elsewhere"]
        | None
    ) = None
    sensitivity: (
        Literal["normal", "personal", "private", "confidential"] | None
    ) = None
    importance: Literal["low", "normal", "high"] | None = None
    reminder_minutes: Annotated[
        Annotated[StrictInt, Field(ge=0, le=_EARLIEST_REMINDER)] | None,
        Field(description="Before the start; null for no reminder."),
    ] = None
    categories: Categories | None = None
    is_online: Annotated[
        StrictBool, Field(description="Whether to meet in Teams.")
    ] = False
    response_requested: StrictBool = True
    allows_proposals: StrictBool = True
    recurrence: RecurrenceInput | None = None

    @model_validator(mode="after")
    def _names_places_once(self) -> Self:
        if {"location", "locations"} <= self.model_fields_set:
            raise ValueError("either location or locations, not both")
        return self


class EventInput(_EventMembers):
    """An event to write. Invitations go out as soon as it is there.

    What is left out is as Exchange has it for new events: busy, with a
    reminder a quarter of an hour before.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_MEETING]})

    calendar_id: Annotated[
        ItemId | None, Field(description="The default calendar without it.")
    ] = None
    start: EventTimeInput
    end: Annotated[
        EventTimeInput,
        Field(description="Of an all-day event, the day after its last."),
    ]

    @field_validator("end")
    @classmethod
    def _comes_after_the_start(
        cls, value: EventTimeInput, info: ValidationInfo
    ) -> EventTimeInput:
        check_order(info.data.get("start"), value)
        return value


def _as_merge_patch(schema: dict[str, Any]) -> None:
    """Drop the defaults: a client that filled them in would change more."""
    members = schema["properties"]
    for member in members.values():
        member.pop("default", None)
    for name in ("start", "end"):
        members[name].update(members[name].pop("anyOf")[0])
    schema["minProperties"] = 1
    schema["examples"] = [{"subject": "Roadmap", "status": "tentative"}]


class EventPatch(_EventMembers):
    """A JSON merge patch (RFC 7396) of an event.

    What is left out stays. Null clears a member that may be empty; of
    ``recurrence`` it makes a single event of a series. ``start``, ``end``,
    ``location``, ``body`` and ``recurrence`` are replaced as a whole. A
    patch of a series is one of all its occurrences; those that were moved
    before lose that if the series moves.
    """

    model_config = ConfigDict(json_schema_extra=_as_merge_patch)

    start: EventTimeInput | None = None
    end: EventTimeInput | None = None

    @field_validator("start", "end")
    @classmethod
    def _cannot_be_cleared(cls, value: EventTimeInput | None) -> object:
        if value is None:
            raise ValueError("it cannot be cleared")
        return value

    @field_validator("end")
    @classmethod
    def _comes_after_the_start(
        cls, value: EventTimeInput | None, info: ValidationInfo
    ) -> EventTimeInput | None:
        check_order(info.data.get("start"), value)
        return value

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("at least one member is needed")
        return self
