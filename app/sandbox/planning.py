"""Events put into a calendar from outside, and what is in it."""

from collections.abc import Mapping
from typing import Any

from app.sandbox.delivery import find_mailbox
from app.sandbox.graph.calendar.building import planned_recurrence
from app.sandbox.graph.calendar.recurrences import read_recurrence
from app.sandbox.graph.calendar.render import EventView
from app.sandbox.graph.calendar.types import EVENT
from app.sandbox.graph.calendar.values import moment
from app.sandbox.prefer import Preferences
from app.sandbox.state.calendar import CalendarStore
from app.sandbox.state.calendar_blank import blank_event
from app.sandbox.state.calendar_events import Event, Instance
from app.sandbox.state.calendar_times import When
from app.sandbox.state.calendar_zones import windows_name
from app.sandbox.state.directory import User
from app.sandbox.state.html import preview
from app.sandbox.state.items import body_text
from app.sandbox.world import World

__all__ = ["planned_events", "put_event"]

VIEW = EventView(prefer=Preferences(immutable_ids=True))
# What an event has of its own making.
MADE = frozenset({"id", "type", "seriesMasterId", "originalStart"})


def put_event(world: World, name: str, given: Mapping[str, Any]) -> Event:
    """Put an event into the default calendar, telling nobody.

    The properties are Graph's, with any values but for ``start``, ``end``
    and ``recurrence``. A text as ``body`` is plain text.

    Raises:
        KeyError: when there is no such mailbox.
        ValueError: for a property that events do not have, without times,
            and for times and rules that are none.
        GraphError: for a rule or a zone that cannot be.
    """
    owner, store = _find(world, name)
    wanted = dict(given)
    unknown = set(wanted) - EVENT.selectable | set(wanted) & MADE
    if unknown:
        raise ValueError(f"An event has no '{', '.join(sorted(unknown))}'.")
    when = _times(wanted)
    rule = read_recurrence(wanted.pop("recurrence", None))
    series = None
    if rule is not None:
        when, series = planned_recurrence(rule, when)
    body = wanted.get("body", "See you there.")
    if isinstance(body, str):
        body = {"contentType": "text", "content": body}
    zones = {
        "originalStartTimeZone": windows_name(when.start_zone),
        "originalEndTimeZone": windows_name(when.end_zone),
    }
    text = {"body": body, "bodyPreview": preview(body_text(body))}
    blank = blank_event(owner, world.clock.now())
    return store.create(
        {**blank, "subject": "Meeting", **zones, **wanted, **text},
        when=when,
        calendar=store.calendar(),
        recurrence=series,
    )


def planned_events(world: World, name: str) -> list[dict[str, Any]]:
    """Return all events and series of a mailbox, times in UTC.

    Raises:
        KeyError: when there is no such mailbox.
    """
    _, store = _find(world, name)
    return [VIEW.show(Instance(event=one)) for one in store.inside(None)]


def _find(world: World, name: str) -> tuple[User, CalendarStore]:
    find_mailbox(world, name)
    user = world.directory.find(name)
    if user is None:
        raise KeyError(name)
    return user, world.calendars(user)


def _times(wanted: dict[str, Any]) -> When:
    if not {"start", "end"} <= set(wanted):
        raise ValueError("An event has a 'start' and an 'end'.")
    start, end = moment(wanted.pop("start")), moment(wanted.pop("end"))
    return When(
        start=start.time,
        end=end.time,
        start_zone=start.zone,
        end_zone=end.zone,
        all_day=bool(wanted.pop("isAllDay", False)),
    )
