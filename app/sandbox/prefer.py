"""The Prefer header, as far as Outlook honours it."""

import re
from dataclasses import dataclass

from app.sandbox.wire import bad_query

__all__ = ["Preferences", "read_preferences"]

PART = re.compile(r'([\w.\-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,;]+)))?')
BODY_TYPES = ("html", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a caller prefers; ``applied`` is the answer's echo."""

    immutable_ids: bool = False
    body_type: str | None = None
    time_zone: str | None = None
    max_page_size: int | None = None
    minimal: bool = False
    applied: str = ""


def read_preferences(header: str | None) -> Preferences:
    """Read the header; what Outlook does not know has no effect.

    Raises:
        GraphError: for a value that Outlook refuses.
    """
    wanted = {
        name.lower(): quoted or bare
        for name, quoted, bare in PART.findall(header or "")
    }
    immutable = wanted.get("idtype", "").lower() == "immutableid"
    minimal = wanted.get("return", "").lower() == "minimal"
    body_type = _body_type(wanted.get("outlook.body-content-type"))
    time_zone = wanted.get("outlook.timezone") or None
    page_size = _page_size(wanted.get("odata.maxpagesize"))
    echo = [
        'IdType="ImmutableId"' if immutable else "",
        f'outlook.body-content-type="{body_type}"' if body_type else "",
        f'outlook.timezone="{time_zone}"' if time_zone else "",
        f"odata.maxpagesize={page_size}" if page_size else "",
        "return=minimal" if minimal else "",
    ]
    return Preferences(
        immutable_ids=immutable,
        body_type=body_type,
        time_zone=time_zone,
        max_page_size=page_size,
        minimal=minimal,
        applied=", ".join(part for part in echo if part),
    )


def _body_type(value: str | None) -> str | None:
    if value is None or value.lower() in BODY_TYPES:
        return value and value.lower()
    raise bad_query(
        f"The value '{value}' of outlook.body-content-type is not supported."
    )


def _page_size(value: str | None) -> int | None:
    if value is None:
        return None
    if value.isascii() and value.isdecimal() and int(value) > 0:
        return int(value)
    raise bad_query(f"Invalid odata.maxpagesize '{value}'.")
