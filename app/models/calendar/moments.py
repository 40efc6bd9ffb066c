"""When events take place, as callers write it."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    WithJsonSchema,
    model_validator,
)

from app.models.fields import Instant, TimeZone

__all__ = [
    "YEARS",
    "Day",
    "EventTimeInput",
    "ExchangeInstant",
    "Input",
    "check_order",
]

YEARS = range(1601, 4501)
"""The years that Exchange's calendar has ([MS-OXOCAL] §2.2.1.44.1)."""

D = TypeVar("D", bound=date)

_LOCAL = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}"
    r"(:[0-9]{2}(\.[0-9]{1,6})?)?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _local(value: object) -> object:
    if not isinstance(value, str) or not _LOCAL.fullmatch(value):
        raise ValueError(
            "expected a local time without an offset: 2026-11-22T09:00:00"
        )
    return value


def _day(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("expected a date: 2026-11-22")
    return value


def _known_to_exchange(day: D) -> D:
    if day.year not in YEARS:
        raise ValueError("Exchange's calendar is that of 1601 to 4500")
    return day


LocalTime = Annotated[
    datetime,
    BeforeValidator(_local),
    AfterValidator(_known_to_exchange),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_LOCAL.pattern}$",
            "examples": ["2026-11-23T09:00:00"],
        }
    ),
]
ExchangeInstant = Annotated[Instant, AfterValidator(_known_to_exchange)]
"""A moment of Exchange's calendar."""

Day = Annotated[
    date, BeforeValidator(_day), AfterValidator(_known_to_exchange)
]
"""A day of Exchange's calendar, in the form of RFC 3339."""


def _either_or(schema: dict[str, Any]) -> None:
    for member in schema["properties"].values():
        member.pop("default", None)
        member.update(member.pop("anyOf")[0])
    schema["oneOf"] = [
        {"required": ["date_time", "time_zone"]},
        {"required": ["date"]},
    ]


class Input(BaseModel):
    """What callers write: nothing that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EventTimeInput(Input):
    """A local time and its zone, or a day: `{"date": "2026-11-23"}`.

    A local time that clocks skip means the one after as long a time, as in
    RFC 5545 §3.3.5. Which of two times that are alike is meant when clocks
    are put back is Exchange's to choose; write the one that you mean in UTC.
    """

    model_config = ConfigDict(json_schema_extra=_either_or)

    date_time: LocalTime | None = None
    time_zone: TimeZone | None = None
    date: Day | None = None

    @model_validator(mode="after")
    def _is_a_time_or_a_day(self) -> Self:
        has_time = self.date_time is not None and self.time_zone is not None
        has_part = self.date_time is not None or self.time_zone is not None
        if has_time is (self.date is not None) or has_part is not has_time:
            raise ValueError("expected date_time and time_zone, or date alone")
        _known_to_exchange(self.local.date())
        return self

    @property
    def is_day(self) -> bool:
        """Whether it is a whole day."""
        return self.date is not None

    @property
    def local(self) -> datetime:
        """The time on the clocks there, midnight for a day.

        One that they skip is told as what they show then.
        """
        if self.date_time is None:
            return datetime.combine(self.date or date.min, datetime.min.time())
        zone = ZoneInfo(self.time_zone or "UTC")
        return self.moment.astimezone(zone).replace(tzinfo=None)

    @property
    def moment(self) -> datetime:
        """The moment, in UTC; that of midnight in UTC for a day."""
        if self.date_time is None:
            return self.local.replace(tzinfo=UTC)
        zone = ZoneInfo(self.time_zone or "UTC")
        return self.date_time.replace(tzinfo=zone).astimezone(UTC)


def check_order(
    start: EventTimeInput | None, end: EventTimeInput | None
) -> None:
    """Refuse an end that does not fit a start.

    Raises:
        ValueError: One is a day and the other is not, or the end is before
            the start; that of a day must be a later day.
    """
    if start is None or end is None:
        return
    if start.is_day is not end.is_day:
        raise ValueError("start and end are both times, or both days")
    if end.is_day and end.moment <= start.moment:
        raise ValueError("the end is the day after the last one")
    if end.moment < start.moment:
        raise ValueError("the end is before the start")
