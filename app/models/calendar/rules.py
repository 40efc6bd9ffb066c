"""How series repeat, as callers write it."""

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StrictInt,
    model_validator,
)

from app.models.calendar.moments import Day, Input
from app.models.fields import Line, TimeZone

__all__ = ["PatternInput", "RangeInput", "RecurrenceInput"]

Weekday = Literal[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
]
_MOST = 999
# By type: what it needs, and what it may have beside.
_MEMBERS: dict[str, tuple[set[str], set[str]]] = {
    "daily": (set(), set()),
    "weekly": ({"days_of_week"}, {"first_day_of_week"}),
    "absolute_monthly": ({"day_of_month"}, set()),
    "relative_monthly": ({"days_of_week"}, {"index"}),
    "absolute_yearly": ({"day_of_month", "month"}, set()),
    "relative_yearly": ({"days_of_week", "month"}, {"index"}),
}
_OF_RANGES = {"no_end": None, "end_date": "end_date", "numbered": "count"}


def _distinct(days: list[Weekday]) -> list[Weekday]:
    return list(dict.fromkeys(days))


class PatternInput(Input):
    """How a series repeats; what its type does not have is left out."""

    type: Literal[
        "daily",
        "weekly",
        "absolute_monthly",
        "relative_monthly",
        "absolute_yearly",
        "relative_yearly",
    ]
    interval: Annotated[StrictInt, Field(ge=1, le=_MOST)] = 1
    days_of_week: (
        Annotated[
            list[Weekday],
            Field(min_length=1, max_length=7),
            AfterValidator(_distinct),
        ]
        | None
    ) = None
    day_of_month: Annotated[
        Annotated[StrictInt, Field(ge=1, le=31)] | None,
        Field(description="The last one in a month that lacks it."),
    ] = None
    month: Annotated[StrictInt, Field(ge=1, le=12)] | None = None
    index: Annotated[
        Literal["first", "second", "third", "fourth", "last"] | None,
        Field(description="Which of those days in the month; the first."),
    ] = None
    first_day_of_week: Annotated[
        Weekday | None,
        Field(description="Where weeks begin, if every n-th counts; Monday."),
    ] = None

    @model_validator(mode="after")
    def _has_what_its_type_has(self) -> Self:
        given = {
            name
            for name in type(self).model_fields
            if name not in {"type", "interval"}
            and getattr(self, name) is not None
        }
        needed, more = _MEMBERS[self.type]
        if missing := needed - given:
            raise ValueError(f"{self.type} needs {', '.join(sorted(missing))}")
        if surplus := given - needed - more:
            raise ValueError(
                f"{self.type} does not have {', '.join(sorted(surplus))}"
            )
        return self


class RangeInput(Input):
    """For how long a series repeats."""

    type: Literal["no_end", "end_date", "numbered"]
    start_date: Annotated[
        Day | None, Field(description="If given, the day of the start.")
    ] = None
    end_date: Annotated[
        Day | None,
        Field(description="The last day on which it may take place."),
    ] = None
    count: Annotated[StrictInt, Field(ge=1, le=_MOST)] | None = None
    time_zone: Annotated[
        TimeZone | None, Field(description="If given, the zone of the start.")
    ] = None

    @model_validator(mode="after")
    def _has_what_its_type_has(self) -> Self:
        for name in ("end_date", "count"):
            is_given = getattr(self, name) is not None
            if is_given is not (_OF_RANGES[self.type] == name):
                verb = "does not have" if is_given else "needs"
                raise ValueError(f"{self.type} {verb} {name}")
        return self


class RecurrenceInput(Input):
    """How a series repeats: by an RRULE, or by a pattern and a range.

    Both may be given if they mean the same.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"rrule": "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10"}]
        }
    )

    rrule: Annotated[
        Annotated[Line, Field(min_length=1, max_length=500)] | None,
        Field(
            description="A value of RRULE (RFC 5545); the event's start is"
            " its DTSTART."
        ),
    ] = None
    pattern: PatternInput | None = None
    range: RangeInput | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.rrule is None and self.pattern is None:
            raise ValueError("rrule is needed, or pattern and range")
        if self.range is not None and self.pattern is None:
            raise ValueError("range goes with pattern")
        return self
