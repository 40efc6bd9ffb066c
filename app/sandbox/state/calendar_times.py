"""When an event is: by the wall clocks of its zones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.sandbox.state.calendar_zones import to_local, to_utc

__all__ = ["When", "zoned"]

MIDNIGHT = datetime.min.time()


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The times of an event, without offsets, each in its zone.

    Those of an all-day event are midnights, the end is the day after the
    last; they are the same days wherever they are looked at.
    """

    start: datetime
    end: datetime
    start_zone: str
    end_zone: str
    all_day: bool = False

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Start and end in UTC."""
        return (
            to_utc(self.start, self.start_zone),
            to_utc(self.end, self.end_zone),
        )

    def within(self, after: datetime, before: datetime) -> bool:
        """Say whether any of it lies in a window."""
        start, end = self.instants
        return start < before and (end > after or start >= after)

    def seen_from(self, zone: str) -> "When":
        """Return the same times by another zone's clock."""
        if self.all_day:
            start, end = self.start, self.end
        else:
            start, end = (to_local(one, zone) for one in self.instants)
        return When(
            start=start,
            end=end,
            start_zone=zone,
            end_zone=zone,
            all_day=self.all_day,
        )

    def on(self, day: date) -> "When":
        """Return the same wall clock's times beginning on another day."""
        shift = datetime.combine(day, MIDNIGHT) - datetime.combine(
            self.start.date(), MIDNIGHT
        )
        return When(
            start=self.start + shift,
            end=self.end + shift,
            start_zone=self.start_zone,
            end_zone=self.end_zone,
            all_day=self.all_day,
        )

    @property
    def length(self) -> timedelta:
        """How long it lasts by the wall clock."""
        return self.end - self.start


def zoned(time: datetime, zone: str) -> dict[str, Any]:
    """Return a wall clock's time as Graph writes it: seven decimals."""
    text = f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond:06d}0"
    return {"dateTime": text, "timeZone": zone}
