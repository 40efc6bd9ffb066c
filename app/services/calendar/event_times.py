"""When an event takes place, by what callers write and what there is. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.models.calendar.events import Event
from app.models.calendar.input import EventInput, EventPatch
from app.models.calendar.moments import EventTimeInput, check_order
from app.models.calendar.parts import EventTime
from app.models.calendar.times import Times
from app.problems.errors import FieldError
from app.problems.refusals import InvalidRequest

__all__ = ["changed_times", "depends_on_before", "new_times"]

_UTC = "UTC"


def new_times(event: EventInput) -> Times:
    """Return when a new event takes place.

    Raises:
        InvalidRequest: It has a zone of its own and is no all-day event.
    """
    zone = _zone(event.start, event.time_zone, _UTC)
    return Times(
        start=event.start, end=event.end, first=event.start, zone=zone
    )


def depends_on_before(patch: EventPatch) -> bool:
    """Tell whether what a change means depends on what there is."""
    changed = patch.model_fields_set
    if patch.start and patch.end and not patch.start.is_day:
        return False
    repeats = patch.recurrence is not None
    return repeats or bool(changed & {"start", "end", "time_zone"})


def changed_times(patch: EventPatch, before: Event | None) -> Times:
    """Return when an event takes place after a change.

    Args:
        patch: The change.
        before: The event; None if the change does not depend on it.

    Raises:
        InvalidRequest: Its start and its end would not go together.
    """
    if before is None:
        zone = _zone(patch.start, patch.time_zone, _UTC)
        return Times(
            start=patch.start, end=patch.end, first=patch.start, zone=zone
        )
    start = patch.start or _written(before["start"])
    end = patch.end or _written(before["end"])
    try:
        check_order(start, end)
    except ValueError as e:
        name = "end" if patch.end else "start"
        raise _wrong(name, str(e)) from e
    known = before["time_zone"] if before["is_all_day"] else None
    zone = _zone(start, patch.time_zone, known or _UTC)
    is_moved = patch.model_fields_set & {"start", "end", "time_zone"}
    if start and start.is_day and is_moved:
        # Both, for they must be midnights of one zone.
        return Times(start=start, end=end, first=start, zone=zone)
    return Times(start=patch.start, end=patch.end, first=start, zone=zone)


def _zone(
    start: EventTimeInput | None, wanted: str | None, otherwise: str
) -> str:
    if start is not None and start.is_day:
        return wanted or otherwise
    if wanted is not None:
        raise _wrong("time_zone", "only an all-day event has one by itself")
    return (start and start.time_zone) or otherwise


def _written(told: EventTime | None) -> EventTimeInput | None:
    """Return a time that was read as one that could be written."""
    if told is None:
        return None
    members: Mapping[str, Any] = told
    try:
        return EventTimeInput.model_validate(members)
    except ValidationError:
        # Graph may tell of times that nobody can write.
        return None


def _wrong(name: str, detail: str) -> InvalidRequest:
    error = FieldError(pointer=f"#/body/{name}", detail=detail)
    return InvalidRequest.because([error])
