"""How an operation of the API is called to get an example of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.sandbox import Sandbox

__all__ = ["Ask", "Rows", "first", "made"]

Prepare = Callable[[httpx.AsyncClient, Sandbox], Awaitable[None]]
Find = Callable[[httpx.AsyncClient, Mapping[str, str]], Awaitable[str]]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What to fill in; method and path are those of the operation.

    Attributes:
        path: What stands in the path, or how to find it out. The mailbox is
            Ada's unless it is named here.
        query: Parameters, with the types that the document gives them.
        body: What is sent as JSON.
        content: What is sent instead, its type among the headers.
        headers: More headers.
        status: What is to be answered; the first success of the operation
            if None.
        before: What is done first, for answers that would be empty.
    """

    path: Mapping[str, str | Find] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None
    before: Prepare | None = None


Rows = Mapping[str, Ask]
"""By operation id: how each is called."""


def first(
    path: str, where: Callable[[dict[str, Any]], Any] = lambda _item: True
) -> Find:
    """Return what finds the id of the first item of a list that fits.

    ``path`` is below the mailbox; ids that stand before this one in the path
    of the operation may stand in it: ``/messages/{message}/attachments``.
    """

    async def find(client: httpx.AsyncClient, known: Mapping[str, str]) -> str:
        url = f"/v1/mailboxes/{{mailbox}}{path}".format_map(known)
        answer = (await client.get(url)).raise_for_status()
        found: str = next(
            item["id"] for item in answer.json()["items"] if where(item)
        )
        return found

    return find


def made(path: str, body: Any) -> Find:
    """Return what makes something below the mailbox and gives its id.

    Such an id exists only where the example was made. What is there in every
    sandbox (see `first`) is better: people can try that out.
    """

    async def make(client: httpx.AsyncClient, known: Mapping[str, str]) -> str:
        url = f"/v1/mailboxes/{{mailbox}}{path}".format_map(known)
        answer = await client.post(url, json=body)
        found: str = answer.raise_for_status().json()["id"]
        return found

    return make
