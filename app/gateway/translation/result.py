"""What a translation makes of an answer of Graph's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from app.problems.errors import Outcome
from app.problems.graph_failures import GraphMalformedResponse

__all__ = ["Translate", "Translated", "Translation", "decode"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """What a translation needs to know beside the answer itself.

    Attributes:
        representation: Which form of the resource was asked for; a part of
            its entity tag.
        seal: Makes a cursor of a link to the next page.
    """

    representation: str
    seal: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
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
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise GraphMalformedResponse(
            "Microsoft Graph gave an answer of an unexpected shape.",
            outcome=Outcome.UNKNOWN,
        ) from e
