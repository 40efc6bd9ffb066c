"""What callers can ask of calendars and events."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from app.models.calendar.moments import YEARS
from app.models.fields import Instant, ItemId, Line, TimeZone
from app.models.queries import Paging

__all__ = ["CalendarQuery", "EventQuery", "EventView", "InstanceQuery"]

# What Exchange Web Services allow for a calendar view.
_LONGEST = timedelta(days=731)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


def _edge(value: object) -> object:
    """Read an end of a window: a moment, or a day for its first one."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise ValueError("expected a time or a date")  # noqa: TRY004 - a 422
    if _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError("the date is none of the calendar") from None
    return _INSTANT.validate_python(value)


Edge = Annotated[
    datetime | date,
    BeforeValidator(_edge),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "date"},
            ],
            "examples": ["2026-11-23", "2026-11-23T00:00:00+01:00"],
        }
    ),
]


class CalendarQuery(Paging):
    """Which calendars."""


class _Window(Paging):
    time_zone: Annotated[
        TimeZone | None,
        Field(
            description="Show times in this zone, and take dates as its."
            " Without it each event has its own zone, and dates are UTC's."
        ),
    ] = None
    start: Annotated[
        Edge,
        Field(
            description="The beginning of the window: an RFC 3339 time with"
            " its offset, or a date, which begins at midnight in `time_zone`."
        ),
    ]
    end: Annotated[
        Edge,
        Field(
            description="The end of the window, itself not in it; at most two"
            " years later."
        ),
    ]

    @field_validator("end")
    @classmethod
    def _comes_after_the_start(
        cls, value: datetime | date, info: ValidationInfo
    ) -> datetime | date:
        if "start" not in info.data or "time_zone" not in info.data:
            return value
        zone = info.data["time_zone"]
        length = _moment(value, zone) - _moment(info.data["start"], zone)
        if not timedelta() < length <= _LONGEST:
            raise ValueError("the end is not after the start by up to 2 years")
        return value

    @property
    def window(self) -> tuple[datetime, datetime]:
        """The two ends of the window, in UTC."""
        zone = self.time_zone
        return _moment(self.start, zone), _moment(self.end, zone)


class EventQuery(_Window):
    """Which events: those of which any part lies in a window."""

    calendar: Annotated[
        ItemId | None,
        Field(description="Id of a calendar; the default one without it."),
    ] = None
    query: Annotated[
        Line | None,
        Field(
            min_length=1, max_length=255, description="Part of the subject."
        ),
    ] = None


class InstanceQuery(_Window):
    """Which occurrences of a series."""


class EventView(BaseModel):
    """Which form of an event."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: Annotated[
        Literal["html", "text", "none"],
        Field(description="HTML is sanitized; Exchange makes text of it."),
    ] = "html"
    time_zone: Annotated[
        TimeZone | None,
        Field(
            description="Show times in this zone; the event's own without it."
        ),
    ] = None


def _moment(edge: datetime | date, zone: str | None) -> datetime:
    there = ZoneInfo(zone or "UTC")
    if not isinstance(edge, datetime):
        edge = datetime.combine(edge, time(), there)
    if edge.year not in YEARS:
        raise ValueError("Exchange's calendar is that of 1601 to 4500")
    return edge.astimezone(UTC)
