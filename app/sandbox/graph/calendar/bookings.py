"""Rooms answer their invitations themselves."""

from datetime import timedelta

from app.sandbox.clock import stamp
from app.sandbox.graph.calendar.answers import tell_organizer
from app.sandbox.graph.calendar.meetings import copy_of
from app.sandbox.graph.context import Context
from app.sandbox.state.calendar import CalendarStore
from app.sandbox.state.calendar_events import Event, Instance
from app.sandbox.state.directory import User

__all__ = ["book_rooms"]

# So far ahead a room looks whether it is free for a series.
AHEAD = timedelta(days=180)
UNTAKEN = ("free", "workingElsewhere")


def book_rooms(context: Context, event: Event) -> None:
    """Let invited rooms accept what they are free for, decline the rest."""
    if not event.properties["isOrganizer"]:
        return
    for one in event.properties["attendees"]:
        room = context.world.directory.find(one["emailAddress"]["address"])
        if room is not None and room.settings.get("userPurpose") == "room":
            _answer(context, room, event)


def _answer(context: Context, room: User, event: Event) -> None:
    store, copy = context.world.calendars(room), copy_of(context, room, event)
    if copy is None or copy.properties["isCancelled"]:
        return
    taken = _is_taken(store, copy)
    answer = {
        "response": "declined" if taken else "accepted",
        "time": stamp(context.now),
        "comment": "",
    }
    tell_organizer(context, room, Instance(event=copy), answer)
    if taken:
        store.remove(copy)
        return
    status = {"response": "accepted", "time": answer["time"]}
    own = {"responseStatus": status, "showAs": "busy"}
    store.update(copy.changed(own), context.now)


def _is_taken(store: CalendarStore, copy: Event) -> bool:
    start = copy.when.instants[0]
    wanted = copy.instances(start, start + AHEAD)
    others = [
        taken
        for event in store.inside(None)
        if event.id != copy.id
        for taken in event.instances(start, start + AHEAD)
        if taken.properties["showAs"] not in UNTAKEN
    ]
    return any(
        taken.when.within(*one.when.instants)
        for one in wanted
        for taken in others
    )
