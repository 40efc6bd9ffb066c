"""The transport under test, and the simplest way to use it."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from app.transport.aiohttp_transport import AiohttpTransport
from tests.wire.support import WireServer

__all__ = ["one_slot_transport", "send"]

_SHORT = httpx.Timeout(1.0, read=0.2).as_dict()


@asynccontextmanager
async def one_slot_transport(
    trusted: ssl.SSLContext | None = None,
) -> AsyncIterator[AiohttpTransport]:
    """A transport whose only slot has to be free again in the end.

    It must have no connections then; the one that shows it is to a server
    of its own.
    """
    async with (
        WireServer() as healthy,
        AiohttpTransport(limit=1, ssl_context=trusted) as wire,
    ):
        yield wire
        await send(wire, "GET", healthy.url, patient=True)
        assert wire.connections == 1


async def send(
    wire: AiohttpTransport,
    method: str,
    url: str,
    body: bytes = b"a body",
    *,
    patient: bool = False,
) -> httpx.Response:
    """Send a request, with a body unless it is a GET; read its answer.

    Limits are short unless it is patient: then there is none on reading.
    """
    response = await wire.handle_async_request(
        httpx.Request(
            method,
            url,
            content=None if method == "GET" else body,
            extensions={} if patient else {"timeout": _SHORT},
        )
    )
    try:
        await response.aread()
    finally:
        await response.aclose()
    return response
