"""Settings and automatic replies, as callers see and send them."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from typing_extensions import TypedDict

from app.models.calendar.moments import ExchangeInstant
from app.models.fields import Line, Timestamp, TimeZone

__all__ = [
    "AutomaticReplies",
    "NewAutomaticReplies",
    "Settings",
    "SettingsPatch",
    "Weekday",
    "WorkingHours",
    "WorkingHoursPatch",
]

Weekday = Literal[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
]
_LONGEST_FORMAT = 80
_TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


class WorkingHours(TypedDict):
    """When somebody works.

    ``time_zone`` is null for a zone of somebody's own making, which has no
    name that others know.
    """

    days: list[Weekday | Literal["unknown"]]
    start: Annotated[str | None, Field(examples=["08:00:00"])]
    end: Annotated[str | None, Field(examples=["17:00:00"])]
    time_zone: Annotated[str | None, Field(examples=["Europe/Berlin"])]


class Settings(TypedDict):
    """How the owner of a mailbox wants times and words to look.

    The formats are .NET's, for the language of the mailbox.
    """

    time_zone: Annotated[str | None, Field(examples=["Europe/Berlin"])]
    language: Annotated[str | None, Field(examples=["en-GB"])]
    date_format: Annotated[str | None, Field(examples=["yyyy-MM-dd"])]
    time_format: Annotated[str | None, Field(examples=["HH:mm"])]
    working_hours: WorkingHours | None


class AutomaticReplies(TypedDict):
    """What is answered to mail while its reader is away.

    The messages are HTML, sanitized as bodies of messages are. ``start`` and
    ``end`` are null unless ``status`` is ``scheduled``.
    """

    status: Literal["disabled", "enabled", "scheduled", "unknown"]
    audience: Annotated[
        Literal["none", "contacts", "all", "unknown"],
        Field(description="Who outside gets the external message."),
    ]
    internal_message: str
    external_message: str
    start: Timestamp | None
    end: Timestamp | None


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _locale(value: str) -> str:
    if not _LOCALE.fullmatch(value):
        raise ValueError("expected a language and region such as de-AT")
    return value


def _distinct(days: list[Weekday]) -> list[Weekday]:
    return list(dict.fromkeys(days))


def _with_seconds(time: str) -> str:
    return f"{time}:00"[:8]


TimeOfDay = Annotated[
    str,
    StringConstraints(pattern=_TIME_OF_DAY),
    AfterValidator(_with_seconds),
    Field(examples=["08:30"]),
]
Pattern = Annotated[Line, Field(min_length=1, max_length=_LONGEST_FORMAT)]
Days = Annotated[
    list[Weekday],
    Field(min_length=1, max_length=7),
    AfterValidator(_distinct),
]


def _as_merge_patch(schema: dict[str, Any]) -> None:
    """Drop the defaults: a client that filled them in would change more."""
    for member in schema["properties"].values():
        member.pop("default", None)
    schema["minProperties"] = 1


class _Patch(_Input):
    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("at least one member is needed")
        return self


class WorkingHoursPatch(_Patch):
    """Changes of working hours; what is left out stays."""

    model_config = ConfigDict(json_schema_extra=_as_merge_patch)

    days: Days = ["monday"]
    start: TimeOfDay = "08:00"
    end: TimeOfDay = "17:00"
    time_zone: TimeZone = "UTC"

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        both = {"start", "end"} <= self.model_fields_set
        if both and self.start >= self.end:
            raise ValueError("end must be later than start")
        return self


class SettingsPatch(_Patch):
    """A JSON merge patch (RFC 7396) of settings.

    What is left out stays. Nothing can be cleared: a mailbox has all of its
    settings always, so that null is refused.
    """

    model_config = ConfigDict(json_schema_extra=_as_merge_patch)

    time_zone: TimeZone = "UTC"
    language: Annotated[
        str,
        Field(max_length=20, examples=["de-AT"]),
        AfterValidator(_locale),
    ] = "en-US"
    date_format: Pattern = "yyyy-MM-dd"
    time_format: Pattern = "HH:mm"
    working_hours: WorkingHoursPatch = WorkingHoursPatch(days=["monday"])


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("NUL is not allowed")
    return value


Html = Annotated[str, AfterValidator(_without_nul)]


class NewAutomaticReplies(_Input):
    """What is to be answered to mail; it takes the place of what was.

    The messages are HTML; what `GET` answers can be sent back as it is.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "scheduled",
                    "audience": "contacts",
                    "internal_message": "<p>Back on 7 January.</p>",
                    "external_message": "<p>Back on 7 January.</p>",
                    "start": "2026-12-23T17:00:00Z",
                    "end": "2027-01-07T08:00:00Z",
                }
            ]
        }
    )

    status: Literal["disabled", "enabled", "scheduled"]
    audience: Literal["none", "contacts", "all"] = "none"
    internal_message: Html = ""
    external_message: Html = ""
    start: ExchangeInstant | None = None
    end: ExchangeInstant | None = None

    @model_validator(mode="after")
    def _has_a_window_if_scheduled(self) -> Self:
        if self.status != "scheduled":
            if self.start or self.end:
                raise ValueError("start and end go with status scheduled only")
        elif not (self.start and self.end):
            raise ValueError("scheduled replies need start and end")
        elif self.start >= self.end:
            raise ValueError("end must be later than start")
        return self
