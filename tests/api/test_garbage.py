"""What an answer needed is free as soon as it was given."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.sandbox import Sandbox
from tests.support.line import connected
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
LIST = f"GET {MESSAGES} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
TIMES = 25


@pytest.fixture
async def nothing_fresh(
    tmp_path: Path, sandbox: Sandbox
) -> AsyncIterator[Service]:
    """The service, which keeps nothing but stand-ins."""
    cache = {"fresh": 0, "revalidate": 0}
    async with started(settings_for(tmp_path, cache=cache), sandbox) as it:
        yield it


class Caller:
    """Asks for the same over and over on one connection."""

    def __init__(self, service: Service) -> None:
        app, state = service.app, service.state
        self._protocol, self._line = connected(app, exchange=state)

    async def left_over(self, path: str, headers: str, status: bytes) -> int:
        """Return how many objects there are to collect after some answers."""
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n"
        for _ in range(3):
            await self._ask(asked.encode(), status)
        gc.collect()
        gc.disable()
        try:
            for _ in range(TIMES):
                await self._ask(asked.encode(), status)
            return gc.collect()
        finally:
            gc.enable()

    async def etag(self) -> str:
        """Return the entity tag of the list."""
        said = await self._ask(LIST, b"200")
        (tag,) = re.findall(rb"\netag: (.*)\r\n", said)
        return str(tag, "ascii")

    async def _ask(self, asked: bytes, status: bytes) -> bytes:
        self._line.said = b""
        self._protocol.data_received(asked)
        for _ in range(10_000):
            if self._protocol.cycle.response_complete:
                break
            await asyncio.sleep(0.01)  # noqa: TID251 - in virtual time
        assert self._line.said.startswith(b"HTTP/1.1 %b" % status)
        return self._line.said


async def isolate(service: Service) -> None:
    """Have the breaker of all reads refuse them."""
    path = "/ops/breakers/contoso/mail-read/isolate"
    assert (await service.client.post(path)).status_code == 200


async def test_kept_answers_leave_no_garbage(service: Service) -> None:
    """Nor do those that the caller has."""
    caller = Caller(service)
    tag = await caller.etag()
    known = f"If-None-Match: {tag}\r\n"

    assert await caller.left_over(MESSAGES, "", b"200") < TIMES
    assert await caller.left_over(MESSAGES, known, b"304") < TIMES


async def test_answers_from_graph_leave_no_garbage(service: Service) -> None:
    """As long as nothing goes wrong."""
    live = "Cache-Control: no-cache\r\n"

    assert await Caller(service).left_over(MESSAGES, live, b"200") < TIMES


async def test_refusals_leave_no_garbage(service: Service) -> None:
    """An error holds the frames that it has passed, and they hold it."""
    caller = Caller(service)

    assert await caller.left_over(f"{MESSAGES}?limit=0", "", b"422") < TIMES
    await isolate(service)
    assert await caller.left_over(MESSAGES, "", b"503") < TIMES


async def test_stand_ins_leave_no_garbage(nothing_fresh: Service) -> None:
    """The error in whose place they are given is known to the call."""
    caller = Caller(nothing_fresh)
    await caller.etag()
    await isolate(nothing_fresh)

    assert await caller.left_over(MESSAGES, "", b"200") < TIMES
