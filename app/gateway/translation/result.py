"""What a translation makes of an answer of Graph's."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import GenericAlias
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from app.problems.errors import Outcome
from app.problems.graph_failures import GraphMalformedResponse

__all__ = [
    "Page",
    "Translate",
    "Translated",
    "Translation",
    "decode",
    "decode_page",
]

T = TypeVar("T")
S = TypeVar("S", bound=Struct)


class Translation(Struct, frozen=True, kw_only=True):
    """What a translation needs to know beside the answer itself.

    Attributes:
        representation: Which form of the resource was asked for; a part of
            its entity tag.
        seal: Makes a cursor of a link to the next page.
    """

    representation: str
    seal: Callable[[str], str]


class Translated(Struct, frozen=True, kw_only=True):
    """A normalized answer, not yet serialized.

    ``etag`` is None where the bytes themselves are to make it.
    """

    content: Any
    etag: str | None = None
    next_cursor: str | None = None


Translate = Callable[[bytes, Translation], Translated]


def decode(body: bytes, kind: type[T]) -> T:
    """Decode Graph's JSON.

    Raises:
        GraphMalformedResponse: It is no JSON, or of another shape.
    """
    try:
        return _decoded(body, kind)
    except (ValueError, RecursionError) as e:
        raise GraphMalformedResponse(
            "Microsoft Graph gave an answer of an unexpected shape.",
            outcome=Outcome.UNKNOWN,
        ) from e


@dataclass(frozen=True, slots=True)
class Page(Generic[S]):
    """A page of Graph's; ``partial`` are the places of what is not whole."""

    items: Sequence[S]
    next_link: str | None
    partial: Sequence[int] = ()

    def translated(
        self, item: Callable[[S], Any], about: Translation
    ) -> Translated:
        """Return the page as callers see it, its items translated by one.

        Items say that they are not partial; those that are say so, and the
        cursor is sealed.
        """
        cursor = about.seal(self.next_link) if self.next_link else None
        items = [item(found) for found in self.items]
        for place in self.partial:
            whole = msgspec.to_builtins(items[place])
            items[place] = {**whole, "is_partial": True}
        content = {"items": items, "next_cursor": cursor}
        return Translated(content=content, next_cursor=cursor)


class _Page(Struct, Generic[S]):
    value: list[S]
    next_link: str | None = field(name="@odata.nextLink", default=None)


class _RawPage(Struct):
    value: list[Raw]
    next_link: str | None = field(name="@odata.nextLink", default=None)


def decode_page(body: bytes, kind: type[S]) -> Page[S]:
    """Decode a page of Graph's, whatever single items are like.

    An item of another shape than expected keeps the members that can be read;
    the others are as if they were missing, its id then empty text. One item
    does not take a page from a caller.

    Raises:
        GraphMalformedResponse: It is no page at all.
    """
    try:
        page = _decoder(kind).decode(body)
    except (ValueError, RecursionError):
        return _read_one_by_one(decode(body, _RawPage), kind)
    return Page(page.value, page.next_link)


@lru_cache(maxsize=64)
def _decoder(kind: type[S]) -> msgspec.json.Decoder[_Page[S]]:
    return msgspec.json.Decoder(GenericAlias(_Page, (kind,)))


def _read_one_by_one(page: _RawPage, kind: type[S]) -> Page[S]:
    items, partial = [], []
    for place, raw in enumerate(page.value):
        try:
            items.append(msgspec.json.decode(raw, type=kind))
        except (ValueError, RecursionError):
            items.append(_salvaged(raw, kind))
            partial.append(place)
    return Page(items, page.next_link, partial)


def _salvaged(raw: Raw, kind: type[S]) -> S:
    try:
        text = _mended(bytes(raw).decode("utf-8", "surrogatepass"))
        # Less strict about numbers, so that the rest can be kept.
        members = json.loads(text)
    except (ValueError, RecursionError):
        members = {}
    if not isinstance(members, dict):
        members = {}
    readable = {}
    for one in msgspec.structs.fields(kind):
        if one.required:
            readable[one.name] = ""
        if one.encode_name in members:
            try:
                value = msgspec.convert(members[one.encode_name], one.type)
            except msgspec.ValidationError:
                continue
            readable[one.name] = value
    return kind(**readable)


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        text = json.dumps(json.loads(body), ensure_ascii=False)
        return msgspec.json.decode(_mended(text), type=kind)


def _mended(text: str) -> str:
    """Return text without the halves of characters.

    Exchange cuts previews by UTF-16, even in the midst of a character.
    """
    halves = text.encode("utf-16", "surrogatepass")
    return halves.decode("utf-16", "replace")
