"""Answers to invitations; calling meetings off and passing them on.

The rules are those of Graph's pages on accepting, declining, cancelling and
forwarding events.
"""

from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.calendar.answers import changed_day, tell_organizer
from app.sandbox.graph.calendar.desk import not_possible, store_of
from app.sandbox.graph.calendar.events import find_event
from app.sandbox.graph.calendar.meetings import (
    copy_of,
    invite,
    organizer_of,
    withdraw,
)
from app.sandbox.graph.calendar.values import slot
from app.sandbox.graph.checks import Check, boolean, optional_text, people
from app.sandbox.graph.context import Context
from app.sandbox.state.calendar_blank import UNANSWERED
from app.sandbox.state.calendar_events import Event, Instance
from app.sandbox.state.directory import User
from app.sandbox.state.items import Properties
from app.sandbox.wire import Answer, GraphError, empty

__all__ = [
    "accept_event",
    "accept_tentatively",
    "cancel_event",
    "decline_event",
    "forward_event",
]

# The end of Exchange's codes, and how the time shows from then on.
ENDS = {
    "accepted": ("Accept", "busy"),
    "tentativelyAccepted": ("Tentative", "tentative"),
    "declined": ("Decline", "free"),
}
ANSWER: dict[str, Check] = {"comment": optional_text, "sendresponse": boolean}
PROPOSAL: dict[str, Check] = {**ANSWER, "proposednewtime": slot}
CANCEL: dict[str, Check] = {"comment": optional_text}
FORWARD: dict[str, Check] = {**CANCEL, "torecipients": people}


def accept_event(context: Context) -> Answer:
    """Say yes to a meeting."""
    return _respond(context, "accepted", ANSWER)


def accept_tentatively(context: Context) -> Answer:
    """Say maybe to a meeting."""
    return _respond(context, "tentativelyAccepted", PROPOSAL)


def decline_event(context: Context) -> Answer:
    """Say no to a meeting, which takes it out of the calendar."""
    return _respond(context, "declined", PROPOSAL)


def cancel_event(context: Context) -> Answer:
    """Call a meeting off; only its organizer can."""
    shown, store = find_event(context), store_of(context)
    _read(context, CANCEL)
    if not shown.properties["isOrganizer"]:
        raise not_possible(
            "You need to be an organizer to cancel a meeting.",
            "ErrorCalendarIsNotOrganizer",
        )
    withdraw(context, shown.event, shown.day)
    if shown.day is None:
        store.remove(shown.event)
    else:
        store.drop_day(shown.event, shown.day, context.now)
    return empty(202)


def forward_event(context: Context) -> Answer:
    """Invite others to a meeting that one organizes or attends."""
    shown = find_event(context)
    recipients = _read(context, FORWARD).get("torecipients")
    if not recipients:
        raise GraphError(
            400,
            "ErrorInvalidRecipients",
            "At least one recipient isn't valid.",
        )
    organizer = organizer_of(context, shown.event)
    if organizer is not None:
        _pass_on(context, organizer, shown.event, recipients)
    return empty(202)


def _pass_on(
    context: Context, organizer: User, event: Event, recipients: list[Any]
) -> None:
    """Add to those who attend, and invite them."""
    source = copy_of(context, organizer, event)
    if source is None:
        return
    new = [{"type": "required", "status": UNANSWERED, **p} for p in recipients]
    known = source.properties["attendees"]
    store = context.world.calendars(organizer)
    changed = source.changed({"attendees": [*known, *new]})
    invite(context, store.update(changed, context.now), new)


def _respond(
    context: Context, response: str, body: dict[str, Check]
) -> Answer:
    shown = find_event(context)
    given = _read(context, body)
    _check(shown.properties, response, given)
    answer = {
        "response": response,
        "time": stamp(context.now),
        "comment": given.get("comment") or "",
        "proposedNewTime": given.get("proposednewtime"),
    }
    if given.get("sendresponse", True):
        tell_organizer(context, context.owner, shown, answer)
    _remember(context, shown, answer)
    return empty(202)


def _read(context: Context, checks: dict[str, Check]) -> dict[str, Any]:
    """Return the members of an action's body by their lower-case names.

    Raises:
        GraphError: 400, for what does not exist or has another type.
    """
    if not context.request.body:
        return {}
    given = {k.lower(): v for k, v in read_json(context.request).items()}
    for name, value in given.items():
        if name not in checks:
            raise not_deserializable(f"the parameter '{name}' does not exist")
        try:
            given[name] = checks[name](value)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise not_deserializable(f"'{name}' has a wrong value") from error
    return given


def _check(
    properties: Properties, response: str, given: dict[str, Any]
) -> None:
    """Refuse answers that there cannot be.

    Raises:
        GraphError: 400.
    """
    end, _ = ENDS[response]
    if properties["isOrganizer"]:
        raise not_possible(
            "You can't respond to this meeting because you're the meeting "
            "organizer.",
            f"ErrorCalendarIsOrganizerFor{end}",
        )
    if properties["isCancelled"]:
        raise not_possible(
            "The meeting has been canceled.",
            f"ErrorCalendarIsCancelledFor{end}",
        )
    if given.get("proposednewtime") is None:
        return
    if not given.get("sendresponse", True):
        raise not_possible("A new time is proposed only in a response.")
    if not properties["allowNewTimeProposals"]:
        raise not_possible("The organizer does not allow new times.")


def _remember(
    context: Context, shown: Instance, answer: dict[str, Any]
) -> None:
    """Keep an answer in the calendar of whoever gave it."""
    store, now = store_of(context), context.now
    if answer["response"] == "declined":
        if shown.day is None:
            store.remove(shown.event)
        else:
            store.drop_day(shown.event, shown.day, now)
        return
    status = {"response": answer["response"], "time": answer["time"]}
    own = {"responseStatus": status, "showAs": ENDS[answer["response"]][1]}
    if shown.day is None:
        store.update(shown.event.changed(own), now)
    else:
        store.update_day(shown.event, shown.day, changed_day(shown, own), now)
