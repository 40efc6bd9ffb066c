"""Whether an event shows what a change asked for. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from app.models.calendar.events import Event
from app.models.calendar.input import EventPatch
from app.models.calendar.moments import EventTimeInput
from app.services.calendar.zoned import moment_of

__all__ = ["shows"]


def shows(event: Event, patch: EventPatch) -> bool:
    """Tell whether all members that a patch sets have those values.

    Bodies, places, people and rules do not come back as they were sent, so
    that a patch with one of them never shows.
    """
    return all(
        name in _SAME and _SAME[name](event, patch)
        for name in patch.model_fields_set
    )


def _is_at(
    event: Event,
    which: Literal["start", "end"],
    wanted: EventTimeInput | None,
) -> bool:
    if wanted is None or wanted.is_day is not event["is_all_day"]:
        return False
    found = moment_of(event, which)
    return found is not None and found == wanted.moment


_SAME: Mapping[str, Callable[[Event, EventPatch], Any]] = {
    "subject": lambda found, patch: found["subject"] == (patch.subject or ""),
    "start": lambda found, patch: _is_at(found, "start", patch.start),
    "end": lambda found, patch: _is_at(found, "end", patch.end),
    "status": lambda found, patch: found["status"] == (patch.status or "busy"),
    "sensitivity": lambda found, patch: (
        found["sensitivity"] == (patch.sensitivity or "normal")
    ),
    "importance": lambda found, patch: (
        found["importance"] == (patch.importance or "normal")
    ),
    "reminder_minutes": lambda found, patch: (
        found["reminder_minutes"] == patch.reminder_minutes
    ),
    "categories": lambda found, patch: (
        found["categories"] == (patch.categories or [])
    ),
    "response_requested": lambda found, patch: (
        found["response_requested"] == patch.response_requested
    ),
    "allows_proposals": lambda found, patch: (
        found["allows_proposals"] == patch.allows_proposals
    ),
}
