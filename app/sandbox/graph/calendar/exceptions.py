"""Occurrences that differ from their series."""

from dataclasses import replace
from datetime import date

from app.sandbox.graph.calendar.building import own_properties, planned_times
from app.sandbox.graph.calendar.writable import Plan
from app.sandbox.state.calendar_events import Change, Event, Instance
from app.sandbox.state.calendar_times import When
from app.sandbox.wire import GraphError

__all__ = ["changed_occurrence"]


def changed_occurrence(shown: Instance, plan: Plan) -> Change:
    """Return how an occurrence differs when a body has changed it.

    Raises:
        GraphError: 400, for what an occurrence cannot be or have.
    """
    if plan.recurs:
        raise GraphError(
            400,
            "ErrorInvalidPropertySet",
            "Set action is invalid for property: recurrence.",
        )
    before = shown.change or Change(properties={})
    own = own_properties(plan, dict(shown.properties))
    changed = replace(before, properties={**before.properties, **own})
    if (plan.start, plan.end, plan.all_day) == (None, None, None):
        return changed
    when = planned_times(plan, shown.when)
    if shown.day is not None:
        _check_neighbours(shown.event, shown.day, when)
    return replace(changed, when=when)


def _check_neighbours(event: Event, day: date, when: When) -> None:
    """Refuse an occurrence that would leave its place in the series.

    It cannot be moved to or before the day of the one before, nor to or
    after the day of the one after it (Graph's page on updating events).

    Raises:
        GraphError: 400 ErrorOccurrenceCrossingBoundary.
    """
    rule = event.recurrence
    if rule is None:
        return
    earlier, later = rule.neighbours(day)
    before = next((d for d in reversed(earlier) if d not in event.gone), None)
    after = next((d for d in later if d not in event.gone), None)
    moved = _local_day(when, rule.zone)
    too_early = before is not None and moved <= _present(event, before)
    too_late = after is not None and moved >= _present(event, after)
    if too_early or too_late:
        raise GraphError(
            400,
            "ErrorOccurrenceCrossingBoundary",
            "Modified occurrence is crossing or overlapping adjacent "
            "occurrence.",
        )


def _present(event: Event, day: date) -> date:
    """Return on which day an occurrence takes place by now."""
    zone = event.recurrence.zone if event.recurrence else "UTC"
    return _local_day(Instance(event=event, day=day).when, zone)


def _local_day(when: When, zone: str) -> date:
    return when.seen_from(zone).start.date()
