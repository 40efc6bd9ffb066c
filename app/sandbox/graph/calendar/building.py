"""New events and changed ones, made of what a body says about them."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from app.sandbox.graph.calendar.desk import failed_validation, not_possible
from app.sandbox.graph.calendar.recurrences import bind_recurrence
from app.sandbox.graph.calendar.values import Moment
from app.sandbox.graph.calendar.writable import Plan
from app.sandbox.state.calendar_blank import online_meeting
from app.sandbox.state.calendar_events import Event
from app.sandbox.state.calendar_recurrence import Recurrence
from app.sandbox.state.calendar_times import When
from app.sandbox.state.calendar_zones import windows_name
from app.sandbox.state.html import preview
from app.sandbox.state.items import body_text
from app.sandbox.wire import GraphError

__all__ = [
    "own_properties",
    "planned_recurrence",
    "planned_times",
    "rebuilt",
]

DAY = timedelta(days=1)
LONGEST = timedelta(days=5 * 366)
MIDNIGHT = time()


def own_properties(plan: Plan, before: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that a body changes, and what follows."""
    changed = dict(plan.properties)
    if "body" in changed:
        changed["bodyPreview"] = preview(body_text(changed["body"]))
    if "attendees" in changed:
        known = before.get("attendees", ())
        changed["attendees"] = _answered(changed["attendees"], known)
    if changed.get("isOnlineMeeting") and not before["onlineMeeting"]:
        changed |= online_meeting(
            f"{before.get('iCalUId')}{before['subject']}"
        )
    if plan.start is not None:
        changed["originalStartTimeZone"] = windows_name(plan.start.zone)
    if plan.end is not None:
        changed["originalEndTimeZone"] = windows_name(plan.end.zone)
    return changed


def planned_times(plan: Plan, before: When | None) -> When:
    """Return when an event is, by a body and by what was before.

    Raises:
        GraphError: 400, for times that cannot be.
    """
    start = plan.start or _kept(before, "start")
    end = plan.end or _kept(before, "end")
    if start is None or end is None:
        raise failed_validation()
    all_day = plan.all_day
    if all_day is None:
        all_day = before is not None and before.all_day
    when = When(
        start=start.time,
        end=end.time,
        start_zone=start.zone,
        end_zone=end.zone,
        all_day=all_day,
    )
    _check(when)
    return when


def planned_recurrence(
    given: dict[str, Any], when: When
) -> tuple[When, Recurrence]:
    """Return the first occurrence's times and the rule of a series.

    The rule is kept from the first occurrence on, as Exchange keeps it.

    Raises:
        GraphError: 400, for a rule that cannot be.
    """
    zone = given["range"]["recurrenceTimeZone"] or when.start_zone
    local = when.seen_from(zone)
    rule = bind_recurrence(given, local.start.date(), zone)
    first = rule.first() or rule.start
    kept = {**rule.range, "startDate": first.isoformat()}
    return local.on(first), replace(rule, range=kept)


def rebuilt(event: Event, plan: Plan) -> Event:
    """Return an event or a series changed as a body says.

    A series that takes place at other times has no exceptions any more.

    Raises:
        GraphError: 400, for what cannot be.
    """
    changed = event.changed(own_properties(plan, dict(event.properties)))
    timed = (plan.start, plan.end, plan.all_day) != (None, None, None)
    if not timed and not plan.recurs:
        return changed
    when = planned_times(plan, event.when)
    given = plan.recurrence if plan.recurs else _moved(event, when)
    rule = None
    if given is not None:
        when, rule = planned_recurrence(given, when)
    if (when, rule) == (event.when, event.recurrence):
        return changed
    return replace(
        changed, when=when, recurrence=rule, changes={}, gone=frozenset()
    )


def _moved(event: Event, when: When) -> dict[str, Any] | None:
    """Return the rule of a series that begins at another time."""
    if event.recurrence is None:
        return None
    rule = event.recurrence
    start = when.seen_from(rule.zone).start.date()
    limits = {**rule.range, "startDate": start.isoformat()}
    return {"pattern": dict(rule.pattern), "range": limits}


def _kept(before: When | None, name: str) -> Moment | None:
    if before is None:
        return None
    zone = getattr(before, f"{name}_zone")
    return Moment(time=getattr(before, name), zone=zone)


def _check(when: When) -> None:
    start, end = when.instants
    if when.all_day:
        _check_days(when)
    elif end < start:
        raise failed_validation()
    if end - start > LONGEST:
        raise GraphError(
            400,
            "ErrorCalendarDurationIsTooLong",
            "The calendar item duration is longer than 5 years.",
        )


def _check_days(when: When) -> None:
    for name, moment in (("Start", when.start), ("End", when.end)):
        if moment.time() != MIDNIGHT:
            raise not_possible(
                f"The Event.{name} property for an all-day event needs to "
                "be set to midnight."
            )
    if when.start_zone != when.end_zone:
        raise not_possible(
            "The Start and End of an all-day event need the same time zone."
        )
    if when.end - when.start < DAY:
        raise not_possible(
            "The duration of an event marked as All day must be at least 24 "
            "hours."
        )


def _answered(attendees: Any, known: Any) -> list[dict[str, Any]]:
    """Keep the answers of those who were invited before."""
    answers = {_address(one): one["status"] for one in known}
    return [
        {**one, "status": answers.get(_address(one), one["status"])}
        for one in attendees
    ]


def _address(attendee: dict[str, Any]) -> str:
    return str(attendee["emailAddress"]["address"]).lower()
