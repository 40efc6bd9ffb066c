"""Events in request bodies: what may be written, and in which shape."""

from dataclasses import dataclass
from typing import Any

from app.sandbox.graph.bodies import not_deserializable
from app.sandbox.graph.calendar.recurrences import read_recurrence
from app.sandbox.graph.calendar.types import EVENT
from app.sandbox.graph.calendar.values import (
    Moment,
    attendees,
    item_body,
    location,
    locations,
    moment,
)
from app.sandbox.graph.checks import (
    Check,
    boolean,
    one_of,
    optional_text,
    texts,
    whole_number,
)
from app.sandbox.graph.drafts import read_extended
from app.sandbox.graph.uploads import read_attachments
from app.sandbox.state.items import Attachment
from app.sandbox.wire import GraphError

__all__ = ["Plan", "read_plan"]

# Each has these for themselves: a change of them tells nobody.
PRIVATE = frozenset(
    {
        *("categories", "isReminderOn", "reminderMinutesBeforeStart"),
        *("showAs", "singleValueExtendedProperties"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a body says about an event; None is what it does not say.

    ``recurs`` tells a recurrence of null from none at all.
    """

    properties: dict[str, Any]
    start: Moment | None
    end: Moment | None
    all_day: bool | None
    recurs: bool
    recurrence: dict[str, Any] | None
    attachments: tuple[Attachment, ...] | None

    @property
    def concerns_all(self) -> bool:
        """Whether those who attend a meeting are to hear of it."""
        timed = (self.start, self.end, self.all_day) != (None, None, None)
        return timed or self.recurs or bool(set(self.properties) - PRIVATE)


def read_plan(data: dict[str, Any], time: str) -> Plan:
    """Check and normalize an event in a body.

    Raises:
        GraphError: 400, for what does not exist, has another type or
            cannot be set.
    """
    given = {k: v for k, v in data.items() if "@odata." not in k}
    recurs = "recurrence" in given
    files = given.pop("attachments", None)
    # Taken and of no effect: it is always whoever's mailbox this is.
    given.pop("organizer", None)
    known = {k: _checked(k, v) for k, v in given.items()}
    return Plan(
        start=known.pop("start", None),
        end=known.pop("end", None),
        all_day=known.pop("isAllDay", None),
        recurs=recurs,
        recurrence=known.pop("recurrence", None),
        attachments=None if files is None else read_attachments(files, time),
        properties=_places(known),
    )


def _checked(name: str, value: Any) -> Any:
    check = WRITABLE.get(name)
    if check is None:
        if name in EVENT.selectable:
            raise GraphError(
                400,
                "ErrorInvalidPropertySet",
                f"Set action is invalid for property: {name}.",
            )
        raise not_deserializable(
            f"the property '{name}' does not exist on type '{EVENT.name}'"
        )
    try:
        return check(value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise not_deserializable(f"'{name}' has a wrong value") from error


def _places(known: dict[str, Any]) -> dict[str, Any]:
    """Keep the one location and the list of them the same."""
    if known.get("locations"):
        known["location"] = known["locations"][0]
    elif "location" in known:
        named = known["location"]["displayName"]
        known["locations"] = [known["location"]] if named else []
    return known


WRITABLE: dict[str, Check] = {
    "allowNewTimeProposals": boolean,
    "attendees": attendees,
    "body": item_body,
    "categories": texts,
    "end": moment,
    "hideAttendees": boolean,
    "importance": one_of("low", "normal", "high"),
    "isAllDay": boolean,
    "isOnlineMeeting": boolean,
    "isReminderOn": boolean,
    "location": location,
    "locations": locations,
    "onlineMeetingProvider": one_of(
        "unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"
    ),
    "recurrence": read_recurrence,
    "reminderMinutesBeforeStart": whole_number,
    "responseRequested": boolean,
    "sensitivity": one_of("normal", "personal", "private", "confidential"),
    # Seen only by those who expand it.
    "singleValueExtendedProperties": read_extended,
    "showAs": one_of(
        "free", "tentative", "busy", "oof", "workingElsewhere", "unknown"
    ),
    "start": moment,
    "subject": optional_text,
    "transactionId": optional_text,
}
