"""What all handlers of the calendar need of a request."""

import re

from app.sandbox.graph.context import Context
from app.sandbox.state.calendar import CalendarStore
from app.sandbox.state.calendar_events import Calendar
from app.sandbox.state.calendar_zones import find_zone
from app.sandbox.wire import GraphError

__all__ = [
    "calendar_of",
    "check_version",
    "failed_validation",
    "not_possible",
    "store_of",
    "zone_of",
]

ETAG = re.compile(r'W/"[A-Za-z0-9+/]+=*"')
CONFLICT = (
    "The send or update operation could not be performed because the change "
    "key passed in the request does not match the current change key for the "
    "item."
)


def store_of(context: Context) -> CalendarStore:
    """Return the calendars of the mailbox in the path.

    Raises:
        GraphError: 404, when there is no such user or mailbox; 400 for a
            preferred time zone that there is not.
    """
    _ = context.mailbox
    find_zone(zone_of(context))
    return context.world.calendars(context.owner)


def calendar_of(context: Context) -> Calendar:
    """Return the calendar in the path, or the default one.

    Raises:
        GraphError: 400 when it is no id, 404 when there is none.
    """
    return store_of(context).calendar(context.params.get("calendar"))


def zone_of(context: Context) -> str:
    """Return the zone in which the caller wants to see times."""
    return context.prefer.time_zone or "UTC"


def check_version(context: Context, etag: str) -> None:
    """Refuse a change of another version than the caller means.

    Raises:
        GraphError: 412 when it is another, 400 when it is no version.
    """
    wanted = context.request.header("if-match")
    if wanted in (None, "*", etag):
        return
    if ETAG.fullmatch(str(wanted)):
        raise GraphError(412, "ErrorIrresolvableConflict", CONFLICT)
    raise GraphError(
        400, "ErrorInvalidChangeKey", "The change key is invalid."
    )


def failed_validation() -> GraphError:
    """Return Graph's refusal of values that do not go together."""
    return GraphError(
        400,
        "ErrorPropertyValidationFailure",
        "At least one property failed validation.",
    )


def not_possible(why: str, code: str = "ErrorInvalidRequest") -> GraphError:
    """Return Exchange's refusal of what its calendar does not allow."""
    return GraphError(400, code, f"Your request can't be completed. {why}")
