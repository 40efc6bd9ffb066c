"""Several requests in one (https://learn.microsoft.com/graph/json-batching).

Graph answers such a request with 200 whatever became of its parts.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from app.gateway.translation.result import Translated, Translation, decode
from app.problems.errors import Upstream
from app.problems.graph_codes import graph_error

__all__ = [
    "MOST_PARTS",
    "AnsweredPart",
    "PartRequest",
    "batch_answer",
    "batch_body",
    "folder_ids",
    "read_parts",
]

MOST_PARTS = 20
_NOT_FOUND = 404
_FIRST_ERROR = 400


class PartRequest(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One request in a batch; ``depends_on`` names those it comes after."""

    id: str
    method: str
    url: str
    headers: dict[str, str] = {}
    body: Raw | UnsetType = UNSET
    depends_on: list[str] = []


class AnsweredPart(Struct):
    """Graph's answer to one part of a batch."""

    id: str
    status: Annotated[int, Meta(ge=100, le=599)]
    headers: dict[str, str] = {}
    body: Raw = Raw(b"")


class _Parts(Struct):
    responses: list[AnsweredPart]


class _Identified(Struct):
    id: str


def batch_body(requests: Sequence[PartRequest]) -> bytes:
    """Return the body that makes these requests."""
    return msgspec.json.encode({"requests": requests})


def batch_answer(parts: Iterable[AnsweredPart]) -> bytes:
    """Return what Graph would have answered had it been one request."""
    return msgspec.json.encode({"responses": list(parts)})


def read_parts(body: bytes) -> list[AnsweredPart]:
    """Return Graph's answers to the parts of a batch, in any order.

    Raises:
        GraphMalformedResponse: It is no answer to a batch.
    """
    return decode(body, _Parts).responses


def folder_ids(body: bytes, _about: Translation) -> Translated:
    """Translate the folders of a batch to their ids, by the part's name.

    Folders that the mailbox does not have (an archive, often) are left out.

    Raises:
        ExchangeError: A part failed for another reason.
    """
    found: dict[str, str] = {}
    for part in read_parts(body):
        if part.status == _NOT_FOUND:
            continue
        if part.status >= _FIRST_ERROR:
            raise graph_error(part.status, Upstream(status=part.status))
        found[part.id] = decode(bytes(part.body), _Identified).id
    return Translated(content=found)
