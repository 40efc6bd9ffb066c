"""What callers ask of the calendars of several people."""

import re
from datetime import timedelta
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    model_validator,
)

from app.models.calendar.moments import ExchangeInstant, Input
from app.models.fields import Address, TimeZone

__all__ = ["FreeBusyQuery", "MeetingTimesQuery"]

# Graph's limits (https://learn.microsoft.com/graph/outlook-get-free-busy-schedule
# and https://learn.microsoft.com/graph/api/calendar-getschedule).
_LONGEST = timedelta(days=62)
_SHORTEST_INTERVAL = timedelta(minutes=5)
_LONGEST_INTERVAL = timedelta(minutes=1440)
# What is laid out in quarters of an hour must be small enough to look at.
_LONGEST_SEARCH = timedelta(days=31)
_LONGEST_MEETING = timedelta(hours=24)
_MOST_ADDRESSES = 100
_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,2})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,3})H)?(?:([0-9]{1,5})M)?)?"
)


def _duration(value: object) -> timedelta:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("expected a duration such as PT30M")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _each_once(addresses: list[str]) -> list[str]:
    """Drop who is named twice, in whatever case of letters."""
    return list({one.lower(): one for one in reversed(addresses)}.values())[
        ::-1
    ]


_Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_DURATION.pattern}$",
            "examples": ["PT30M"],
        }
    ),
]
_Addresses = Annotated[
    list[Address],
    Field(max_length=_MOST_ADDRESSES),
    AfterValidator(_each_once),
]
_WINDOW = {"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T18:00:00Z"}


class _Window(Input):
    start: ExchangeInstant
    end: Annotated[
        ExchangeInstant, Field(description="Itself not in the window.")
    ]
    time_zone: Annotated[
        TimeZone, Field(description="In which times are told.")
    ] = "UTC"

    @property
    def length(self) -> timedelta:
        """How long the window is."""
        return self.end - self.start


class FreeBusyQuery(_Window):
    """Of whom and of which window to tell when they are free."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"addresses": ["grace@contoso.example"], **_WINDOW}]
        }
    )

    addresses: Annotated[_Addresses, Field(min_length=1)]
    interval: Annotated[
        _Duration, Field(description="5 minutes to a day, in minutes.")
    ] = timedelta(minutes=30)

    @model_validator(mode="after")
    def _is_what_graph_can_tell(self) -> Self:
        if not timedelta() < self.length < _LONGEST:
            raise ValueError("the end is not after the start by under 62 days")
        if not _SHORTEST_INTERVAL <= self.interval <= _LONGEST_INTERVAL:
            raise ValueError("the interval is not 5 minutes to a day")
        if self.interval > self.length:
            raise ValueError("the interval is longer than the window")
        return self


class MeetingTimesQuery(_Window):
    """Which meeting to find times for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "duration": "PT1H",
                    "required": ["grace@contoso.example"],
                    **_WINDOW,
                }
            ]
        }
    )

    duration: _Duration
    required: _Addresses = Field(
        default_factory=list,
        description="Who must be free; name the organizer too.",
    )
    optional: _Addresses = Field(
        default_factory=list, description="Who should be free, if possible."
    )
    in_working_hours: Annotated[
        StrictBool,
        Field(
            description="Only within the working hours of all who are"
            " required, as far as they are known."
        ),
    ] = True
    max_candidates: Annotated[StrictInt, Field(ge=1, le=50)] = 10

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        known = {one.lower() for one in self.required}
        if known & {one.lower() for one in self.optional}:
            raise ValueError("somebody is both required and optional")
        if not 0 < len(self.everybody) <= _MOST_ADDRESSES:
            raise ValueError(f"name 1 to {_MOST_ADDRESSES} people")
        if not timedelta() < self.length <= _LONGEST_SEARCH:
            raise ValueError("the end is not after the start by up to 31 days")
        if not timedelta() < self.duration <= _LONGEST_MEETING:
            raise ValueError("the duration is not up to a day")
        if self.duration > self.length:
            raise ValueError("the duration is longer than the window")
        return self

    @property
    def everybody(self) -> list[str]:
        """All who are to come, the required ones first."""
        return [*self.required, *self.optional]
