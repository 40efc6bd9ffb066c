"""Several requests in one (https://learn.microsoft.com/graph/json-batching).

Graph answers such a request with 200 whatever became of its parts.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw, Struct

from app.gateway.translation.result import Translated, Translation, decode
from app.problems.errors import Upstream
from app.problems.graph_codes import graph_error

__all__ = ["MOST_PARTS", "batch_of_reads", "folder_ids"]

MOST_PARTS = 20
_NOT_FOUND = 404
_FIRST_ERROR = 400


class _Part(Struct):
    id: str
    status: int
    headers: dict[str, str] = {}
    body: Raw = Raw(b"null")


class _Parts(Struct):
    responses: list[_Part]


class _Identified(Struct):
    id: str


def batch_of_reads(urls: Mapping[str, str]) -> bytes:
    """Return the body that asks for each URL, relative to the version."""
    if len(urls) > MOST_PARTS:
        raise ValueError(f"more than {MOST_PARTS} parts")
    requests: list[dict[str, Any]] = [
        {"id": name, "method": "GET", "url": url} for name, url in urls.items()
    ]
    return msgspec.json.encode({"requests": requests})


def folder_ids(body: bytes, _about: Translation) -> Translated:
    """Translate the folders of a batch to their ids, by the part's name.

    Folders that the mailbox does not have (an archive, often) are left out.

    Raises:
        ExchangeError: A part failed for another reason.
    """
    found: dict[str, str] = {}
    for part in decode(body, _Parts).responses:
        if part.status == _NOT_FOUND:
            continue
        if part.status >= _FIRST_ERROR:
            raise graph_error(part.status, Upstream(status=part.status))
        found[part.id] = decode(bytes(part.body), _Identified).id
    return Translated(content=found)
