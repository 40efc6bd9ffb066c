"""When an event takes place, as it is to be written."""

from dataclasses import dataclass

from app.models.calendar.moments import EventTimeInput

__all__ = ["Times"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times of an event that is written or changed.

    Attributes:
        start: Where it is to start; None where that stays as it is.
        end: Where it is to end; None where that stays as it is.
        first: Where it starts then, written now or before.
        zone: The zone of its days, for an all-day event, and of its rule.
    """

    start: EventTimeInput | None
    end: EventTimeInput | None
    first: EventTimeInput | None
    zone: str
