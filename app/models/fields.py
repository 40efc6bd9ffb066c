"""The types that the API's shapes are made of."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
)

__all__ = [
    "Address",
    "Depth",
    "Flag",
    "Instant",
    "ItemId",
    "Line",
    "MailboxName",
    "MailboxOrMe",
    "PageSize",
    "Partial",
    "Timestamp",
]

# Neither space and control characters nor what RFC 5322 §3.2.3 calls special.
_SPECIAL = r"\s@<>,;:()\[\]\\" + r'"\x00-\x1f\x7f'
_LABEL = rf"[^{_SPECIAL}/?#%.]{{1,63}}"
_DOMAIN = rf"(?:{_LABEL}\.){{0,8}}{_LABEL}"
_OBJECT_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

# C0 and C1, and what Unicode itself counts as ends of lines.
_BREAKING = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_BREAKS = re.compile(f"[{_BREAKING}]")
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?"
    r"([Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
_DIGITS = re.compile(r"-?[0-9]{1,9}")
_FLAGS = {"true": True, "false": False}


def _unbroken(value: str) -> str:
    if _BREAKS.search(value):
        raise ValueError("control characters are not allowed")
    return value


def _rfc3339(value: object) -> object:
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        return value.replace(" ", "T")
    raise ValueError("expected an RFC 3339 time with its offset")


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time lies outside of the calendar") from None


def _whole(value: object) -> object:
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise ValueError("expected a whole number")
    return value


def _flag(value: object) -> object:
    if isinstance(value, str) and value not in _FLAGS:
        raise ValueError("expected true or false")
    return value


@cache
def _zones() -> frozenset[str]:
    # What stands for "none yet" and for "this machine's" is nobody's.
    return frozenset(available_timezones() - {"Factory", "localtime"})


def _zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("expected the name of an IANA time zone")
    return value


Line = Annotated[
    str,
    AfterValidator(_unbroken),
    Field(json_schema_extra={"pattern": f"^[^{_BREAKING}]*$"}),
]
"""Text that goes into a mail header: no line break, no control character."""

Address = Annotated[
    str,
    StringConstraints(
        pattern=rf"^[^{_SPECIAL}]{{1,64}}@{_DOMAIN}$", max_length=320
    ),
    Field(examples=["grace@contoso.example"]),
]
"""A mail address (RFC 5321 §4.5.3.1: at most 64 + 1 + 255 octets)."""

# Nothing in it that a server might take for a part of its path.
_MAILBOX = rf"^[^{_SPECIAL}/?%]{{1,64}}@{_DOMAIN}$|^{_OBJECT_ID}$"

MailboxName = Annotated[
    str, StringConstraints(pattern=_MAILBOX, max_length=320)
]
"""A user principal name, a primary address or a directory object id."""

MailboxOrMe = Annotated[
    str,
    StringConstraints(pattern=rf"{_MAILBOX}|^[mM][eE]$", max_length=320),
]
"""A name of a mailbox, or ``me`` for that of the user who calls."""

ItemId = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9_=+/\-]+$", min_length=1, max_length=1024
    ),
]
"""An opaque id that this service gave out."""

Instant = Annotated[
    AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(_in_utc)
]
"""A moment, given as an RFC 3339 time; in UTC."""

PageSize = Annotated[int, Field(ge=1, le=100), BeforeValidator(_whole)]
"""How many items to answer with, in decimal digits."""

Depth = Annotated[int, Field(ge=1, le=20), BeforeValidator(_whole)]
"""How many levels of a tree to answer with, in decimal digits."""

Flag = Annotated[bool, BeforeValidator(_flag)]
"""``true`` or ``false`` in a query."""

TimeZone = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_zone),
    Field(examples=["Europe/Berlin"]),
]
"""The name of a time zone in the IANA database."""

Timestamp = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "examples": ["2026-11-22T09:30:00Z"],
        }
    ),
]
"""An RFC 3339 time in UTC."""

Partial = Annotated[
    bool,
    Field(
        description="Whether Graph gave something that could not be read in"
        " its place: those members are as if they were missing."
    ),
]
"""Whether an item could be read only in part."""
