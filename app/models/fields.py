"""The types that the API's shapes are made of."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

__all__ = [
    "Address",
    "ItemId",
    "Line",
    "MailboxName",
    "Timestamp",
]

# Neither space and control characters nor what RFC 5322 §3.2.3 calls special.
_SPECIAL = r"\s@<>,;:()\[\]\\" + r'"\x00-\x1f\x7f'
_LABEL = rf"[^{_SPECIAL}/?#%.]{{1,63}}"
_DOMAIN = rf"(?:{_LABEL}\.){{0,8}}{_LABEL}"
_OBJECT_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _printable(value: str) -> str:
    if any(ord(char) < ord(" ") or char == "\x7f" for char in value):
        raise ValueError("control characters are not allowed")
    return value


Line = Annotated[
    str,
    AfterValidator(_printable),
    Field(json_schema_extra={"pattern": r"^[^\x00-\x1f\x7f]*$"}),
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

MailboxName = Annotated[
    str,
    # Nothing in it that a server might take for a part of its path.
    StringConstraints(
        pattern=rf"^[^{_SPECIAL}/?%]{{1,64}}@{_DOMAIN}$|^{_OBJECT_ID}$",
        max_length=320,
    ),
]
"""A user principal name, a primary address or a directory object id."""

ItemId = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9_=+/\-]+$", min_length=1, max_length=1024
    ),
]
"""An opaque id that this service gave out."""

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
