"""What is answered to an invitation, and how its organizer learns of it."""

from dataclasses import replace
from datetime import date
from typing import Any

from app.sandbox.graph.calendar.meetings import copy_of, organizer_of
from app.sandbox.graph.calendar.notices import answer_notice
from app.sandbox.graph.context import Context
from app.sandbox.state.calendar_events import Change, Event, Instance
from app.sandbox.state.directory import User

__all__ = ["changed_day", "tell_organizer"]


def tell_organizer(
    context: Context, who: User, shown: Instance, answer: dict[str, Any]
) -> None:
    """Put an answer into the organizer's calendar and inbox."""
    organizer = organizer_of(context, shown.event)
    if organizer is None:
        return
    answer_notice(context, (who, organizer), shown, answer)
    event = copy_of(context, organizer, shown.event)
    if event is None:
        return
    store, now = context.world.calendars(organizer), context.now
    theirs = Instance(event=event, day=_day(event, shown))
    marked = _marked(who, theirs, answer)
    if theirs.day is None:
        store.update(event.changed(marked), now)
    else:
        store.update_day(event, theirs.day, changed_day(theirs, marked), now)


def _day(event: Event, shown: Instance) -> date | None:
    return None if event.recurrence is None else shown.day


def _marked(
    who: User, shown: Instance, answer: dict[str, Any]
) -> dict[str, Any]:
    """Return the attendees with an answer next to the one who gave it."""
    names = {who.address, *who.aliases}
    status = {"response": answer["response"], "time": answer["time"]}
    proposal = answer.get("proposedNewTime")
    more = {"proposedNewTime": proposal} if proposal else {}
    return {
        "attendees": [
            {**one, "status": status, **more}
            if one["emailAddress"]["address"].lower() in names
            else one
            for one in shown.properties["attendees"]
        ]
    }


def changed_day(shown: Instance, properties: dict[str, Any]) -> Change:
    """Return how an occurrence differs when this is changed as well."""
    before = shown.change or Change(properties={})
    return replace(before, properties={**before.properties, **properties})
