"""Read what callers ask for in headers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from typing import NamedTuple

from starlette.datastructures import Headers

from app.models.context import CacheControl
from app.problems.refusals import MalformedRequest, UnsupportedMediaType
from app.routers.remembered import remembered

__all__ = [
    "Preferences",
    "accepts",
    "cache_control",
    "file_name",
    "idempotency_key",
    "if_match",
    "line_of",
    "matches_none",
    "media_type",
    "preferences",
    "quality",
]

_NUMBER = re.compile(r"[0-9]{1,9}")
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_LIST_OF_TAGS = re.compile(
    rf"\s*{_ENTITY_TAG.pattern}(?:\s*,\s*{_ENTITY_TAG.pattern})*\s*"
)
_NAME = "[A-Za-z0-9!#$&^_.+-]{1,100}"  # RFC 6838 §4.2
_MEDIA_TYPE = re.compile(rf"{_NAME}/{_NAME}")
# A comma within quotes parts nothing.
_PREFERENCE = re.compile(r'(?:[^,"]|"[^"]*")+')
_BYTES = "application/octet-stream"
# Enough for 255 characters, percent-encoded; what reads it is not made for
# much more.
_LONGEST_DISPOSITION = 4096
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_remembered = remembered(most=256, longest=256)


def line_of(headers: Headers, name: str) -> str | None:
    """Return a header whose lines are one list (RFC 9110 §5.3)."""
    return ", ".join(headers.getlist(name)) or None


@_remembered
def cache_control(value: str | None) -> CacheControl:
    """Read ``Cache-Control`` of a request (RFC 9111 §5.2.1, RFC 5861 §4).

    Directives that are unknown or malformed are ignored, as they demand.
    """
    directives = dict(_parameters(value or ""))
    return CacheControl(
        no_cache="no-cache" in directives or "no-store" in directives,
        only_if_cached="only-if-cached" in directives,
        max_age=_seconds(directives.get("max-age")),
        stale_if_error=_seconds(directives.get("stale-if-error")),
    )


class Preferences(NamedTuple):
    """What ``Prefer`` asks for (RFC 7240).

    ``wait`` is in seconds. Who gives one beside ``respond-async`` wants the
    answer at once only after that time (§4.3).
    """

    wait: float | None
    respond_async: bool


@_remembered
def preferences(value: str | None) -> Preferences:
    """Read ``Prefer``.

    Of each preference the first counts, whatever parameters it has, and an
    empty value is none (RFC 7240 §2).
    """
    found: dict[str, str] = {}
    for part in _PREFERENCE.findall(value or ""):
        name, _, text = part.partition(";")[0].partition("=")
        found.setdefault(name.strip().lower(), text.strip().strip('"'))
    return Preferences(
        wait=_seconds(found.get("wait")),
        respond_async=found.get("respond-async") == "",
    )


def idempotency_key(values: Sequence[str]) -> str | None:
    """Read ``Idempotency-Key``, quoted (RFC 8941) or bare.

    Raises:
        MalformedRequest: It is not 1 to 255 visible ASCII characters, or
            there are several.
    """
    if not values:
        return None
    if len(values) > 1:
        raise MalformedRequest("There are several Idempotency-Keys.")
    key = values[0].strip()
    if len(key) > 1 and key.startswith('"') and key.endswith('"'):
        key = key[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise MalformedRequest(
            "Idempotency-Key must be 1 to 255 visible ASCII characters."
        )
    return key


def if_match(value: str | None) -> str | None:
    """Read ``If-Match``; None if anything will do.

    Raises:
        MalformedRequest: It is not one entity tag or ``*``.
    """
    if value is None or value.strip() == "*":
        return None
    tag = value.strip()
    if not _ENTITY_TAG.fullmatch(tag):
        raise MalformedRequest("If-Match must be one entity tag, or *.")
    return tag


def matches_none(value: str | None, etag: str) -> bool:
    """Tell whether ``If-None-Match`` names an entity tag.

    The comparison is weak (RFC 9110 §13.1.2). What is not a list of entity
    tags matches nothing.
    """
    if value is None:
        return False
    if value.strip() == "*":
        return True
    if not _LIST_OF_TAGS.fullmatch(value):
        return False
    given = _ENTITY_TAG.findall(value)
    return etag in {tag.removeprefix("W/") for tag in given}


def media_type(headers: Mapping[str, str]) -> str:
    """Return ``Content-Type`` without its parameters, in lower case.

    Raises:
        UnsupportedMediaType: It is none.
    """
    given = headers.get("content-type", _BYTES)
    plain = given.partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(plain):
        raise UnsupportedMediaType("Content-Type is no media type.")
    return plain


def file_name(headers: Headers) -> str | None:
    """Return the file's name in ``Content-Disposition`` (RFC 6266).

    Raises:
        MalformedRequest: It is far too long, or in no known encoding.
    """
    given = line_of(headers, "content-disposition")
    if given is None:
        return None
    if len(given) > _LONGEST_DISPOSITION:
        raise MalformedRequest("Content-Disposition is too long.")
    reader = Message()
    reader["Content-Disposition"] = given
    try:
        name = reader.get_filename() or ""
        # Some encodings of Python's own can say what no text can contain.
        name.encode()
    except (LookupError, ValueError) as e:
        raise MalformedRequest(
            "The name in Content-Disposition cannot be read."
        ) from e
    return name or None


@_remembered
def accepts(value: str | None, *media_types: str) -> bool:
    """Tell whether ``Accept`` allows one of some media types."""
    return any(quality(value, one) > 0 for one in media_types)


@_remembered
def quality(value: str | None, media_type: str) -> float:
    """Return how much ``Accept`` likes a media type (RFC 9110 §12.5.1)."""
    if not value or media_type == "*/*":
        return 1.0
    kind, _, _ = media_type.partition("/")
    allowed = {"*/*": 0, f"{kind}/*": 1, media_type: 2}
    best = (-1, 0.0)
    for entry in value.split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        if name.lower() in allowed:
            best = max(best, (allowed[name.lower()], _weight(parameters)))
    return best[1]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _parameters(value: str) -> Iterator[tuple[str, str]]:
    for part in value.split(","):
        name, _, text = part.partition("=")
        yield name.strip().lower(), text.strip().strip('"')


def _seconds(text: str | None) -> float | None:
    return float(text) if text and _NUMBER.fullmatch(text) else None
