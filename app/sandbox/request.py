"""One HTTP request, read to its end."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from app.sandbox.clock import Gone

__all__ = ["Receive", "Request", "Scope", "Send", "read_request"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the caller sent; paths stay encoded until they are split."""

    id: str
    method: str
    base_url: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    gone: Gone

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The path cut at its slashes, each part decoded by itself.

        An id with an encoded slash thus stays in one piece, and one with a
        bare slash falls apart, as it does at Graph.
        """
        parts = self.path.strip("/").split("/")
        return tuple(unquote(part) for part in parts)

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded, in their order."""
        return parse_qsl(self.query, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """Return a header by its lower-case name."""
        return self.headers.get(name)


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read a request from its ASGI scope, body and all."""
    headers = _headers(scope["headers"])
    raw = scope.get("raw_path") or scope["path"].encode()
    base = f"{scope['scheme']}://{headers.get('host', 'localhost')}"
    return Request(
        id=str(uuid4()),
        method=scope["method"],
        base_url=base,
        path=raw.decode("ascii", "replace"),
        query=scope["query_string"].decode("ascii", "replace"),
        headers=headers,
        body=await _body(receive),
        gone=_hang_up(receive),
    )


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Join repeated headers with commas, as RFC 9110 allows."""
    joined: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _hang_up(receive: Receive) -> Gone:
    async def gone() -> None:
        # With the body read to its end, nothing else can come.
        await receive()

    return gone
