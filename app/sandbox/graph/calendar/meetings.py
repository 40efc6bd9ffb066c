"""Meetings: one event in the calendars of all who attend.

Those who have a mailbox in the sandbox get a copy of the organizer's event
and a message at once; whoever lives elsewhere gets nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from app.sandbox.graph.calendar.notices import announce
from app.sandbox.graph.context import Context
from app.sandbox.state.calendar import CalendarStore
from app.sandbox.state.calendar_blank import NEVER, guest_copy
from app.sandbox.state.calendar_events import Change, Event, Instance
from app.sandbox.state.directory import User
from app.sandbox.state.items import Properties

__all__ = ["copy_of", "invite", "organizer_of", "spread", "withdraw"]

ASKED = {
    "responseStatus": {"response": "notResponded", "time": NEVER},
    "showAs": "tentative",
}
CANCELLED = "Canceled: "
# What each who attends has for themselves; a change of it tells nobody.
OWN = frozenset(
    {
        "categories",
        "changeKey",
        "createdDateTime",
        "isOrganizer",
        "isReminderOn",
        "lastModifiedDateTime",
        "reminderMinutesBeforeStart",
        "responseStatus",
        "showAs",
        "transactionId",
        "webLink",
    }
)


def spread(
    context: Context, before: Event | None, after: Event, day: date | None
) -> None:
    """Bring an organizer's new or changed event to those who attend.

    ``day`` is that of the one occurrence that was changed.
    """
    if not after.properties["isOrganizer"]:
        return
    shown = Instance(event=after, day=day)
    attending = list(_attending(context, shown))
    for user in attending:
        _invite(context, user, shown, before)
    if before is not None:
        for user in _attending(context, Instance(event=before, day=day)):
            if user not in attending:
                _call_off(context, user, before, day)


def invite(context: Context, event: Event, attendees: list[Any]) -> None:
    """Invite some of those who attend, as if they were all."""
    shown = Instance(event=event)
    asked = Instance(event=event.changed({"attendees": attendees}))
    for user in _attending(context, asked):
        _invite(context, user, shown, None)


def withdraw(context: Context, event: Event, day: date | None) -> None:
    """Call a meeting off, or one occurrence of it, for all who attend."""
    if event.properties["isOrganizer"]:
        for user in _attending(context, Instance(event=event, day=day)):
            _call_off(context, user, event, day)


def copy_of(context: Context, user: User, event: Event) -> Event | None:
    """Return what a user has of a meeting."""
    uid = str(event.properties["iCalUId"])
    return context.world.calendars(user).known_as(uid)


def organizer_of(context: Context, event: Event) -> User | None:
    """Return the organizer, unless they live elsewhere."""
    person = event.properties["organizer"] or {"emailAddress": {}}
    return _local(context, person["emailAddress"].get("address"))


def _local(context: Context, address: str | None) -> User | None:
    user = context.world.directory.find(address or "")
    return user if user is not None and user.mailbox else None


def _attending(context: Context, shown: Instance) -> Iterator[User]:
    """Give those besides the organizer who have a mailbox here."""
    organizer = organizer_of(context, shown.event)
    found: dict[str, User] = {}
    for one in shown.properties["attendees"]:
        user = _local(context, one["emailAddress"]["address"])
        if user is not None and user != organizer:
            found[user.id] = user
    yield from found.values()


def _invite(
    context: Context, user: User, shown: Instance, before: Event | None
) -> None:
    store, event = context.world.calendars(user), shown.event
    known = copy_of(context, user, event)
    request = "newMeetingRequest" if known is None else "fullUpdate"
    if known is None:
        known = _new_copy(store, event)
        store.events[known.id] = _like(known, event)
    else:
        copy = _like(known, event)
        if before is not None and _is_moved(before, shown):
            copy = _asked_anew(copy, shown.day)
        store.update(copy, context.now)
    announce(context, user, shown, request)


def _is_moved(before: Event, shown: Instance) -> bool:
    return Instance(event=before, day=shown.day).when != shown.when


def _asked_anew(copy: Event, day: date | None) -> Event:
    """Return a copy to which there is no answer yet."""
    change = None if day is None else copy.changes.get(day)
    if day is None or change is None:
        return copy.changed(ASKED)
    asked = replace(change, properties={**change.properties, **ASKED})
    return replace(copy, changes={**copy.changes, day: asked})


def _new_copy(store: CalendarStore, event: Event) -> Event:
    return store.create(
        guest_copy(event.properties),
        when=event.when,
        calendar=store.calendar(),
        recurrence=event.recurrence,
    )


def _like(known: Event, event: Event) -> Event:
    """Return a copy as its original is now.

    Of a series that takes place as before, the days stay as whoever has
    the copy left them.
    """
    same = (known.when, known.recurrence) == (event.when, event.recurrence)
    old = known.changes if same else {}
    changes = {day: _own_change(change) for day, change in old.items()}
    for day, change in event.changes.items():
        changes[day] = _like_change(old.get(day), change)
    return replace(
        known.changed(_shared(event.properties)),
        when=event.when,
        recurrence=event.recurrence,
        changes=changes,
        gone=event.gone | (known.gone if same else frozenset()),
        attachments=event.attachments,
    )


def _own_change(known: Change) -> Change:
    own = {k: v for k, v in known.properties.items() if k in OWN}
    return replace(known, properties=own, when=None)


def _like_change(known: Change | None, change: Change) -> Change:
    marks = {
        name: change.properties[name]
        for name in ("changeKey", "lastModifiedDateTime")
    }
    own = _own_change(known).properties if known else {}
    shared = _shared(change.properties)
    return replace(change, properties={**shared, **own, **marks})


def _shared(properties: Properties) -> dict[str, Any]:
    return {k: v for k, v in properties.items() if k not in OWN}


def _call_off(
    context: Context, user: User, event: Event, day: date | None
) -> None:
    """Mark a copy as cancelled: Exchange leaves it where it is."""
    store, now = context.world.calendars(user), context.now
    known = copy_of(context, user, event)
    if known is None:
        return
    if known.recurrence is None:
        day = None
    shown = Instance(event=known, day=day)
    subject = str(shown.properties["subject"]).removeprefix(CANCELLED)
    marks = {
        "isCancelled": True,
        "showAs": "free",
        "subject": f"{CANCELLED}{subject}",
    }
    if day is None:
        shown = Instance(event=store.update(known.changed(marks), now))
    elif day not in known.gone:
        before = shown.change or Change(properties={})
        change = replace(before, properties={**before.properties, **marks})
        shown = store.update_day(known, day, change, now)
    announce(context, user, shown, None)
