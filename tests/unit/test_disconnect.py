"""The middleware that listens for callers leaving, by itself."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import SystemClock
from app.routers.middleware import Disconnect
from app.routers.scope import RequestNotes, begin_notes

pytestmark = pytest.mark.anyio

LAST: Message = {"type": "http.response.body", "body": b"", "more_body": False}
CLOCK = SystemClock()


class Server:
    """The server's end of one request; its caller may leave."""

    def __init__(self, app: ASGIApp, method: str = "GET") -> None:
        self.left = asyncio.Event()
        self._parts = [b"a long ", b"body"]
        scope: Scope = {"type": "http", "method": method, "headers": []}
        self.notes: RequestNotes = begin_notes(scope, 0.0)
        self.task = asyncio.create_task(
            _run(Disconnect(app), scope, self._receive, self._send)
        )

    async def _receive(self) -> Message:
        if self._parts:
            part = self._parts.pop(0)
            more = bool(self._parts)
            return {"type": "http.request", "body": part, "more_body": more}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message == LAST:
            # From here on a server tells that the caller is gone.
            self.left.set()


async def _run(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    await app(scope, receive, send)


def ending(
    end: Callable[[Send], Coroutine[Any, Any, None]],
) -> tuple[ASGIApp, list[str]]:
    """Return an app that does something, and what became of that."""
    became: list[str] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        try:
            await end(send)
        except asyncio.CancelledError:
            became.append("cancelled")
            raise
        became.append("done")

    return app, became


@pytest.mark.parametrize(
    ("method", "expected"),
    [("GET", "cancelled"), ("HEAD", "cancelled"), ("POST", "done")],
)
async def test_reads_end_and_writes_go_on(method: str, expected: str) -> None:
    """By the method of the request, and nothing is raised."""
    app, became = ending(lambda _: CLOCK.sleep(5))
    server = Server(app, method)
    await CLOCK.sleep(1)
    server.left.set()
    await server.task

    assert became == [expected]
    assert (server.notes.problem == "cancelled") == (expected == "cancelled")


async def test_work_after_the_last_byte_is_done() -> None:
    """The server says the caller is gone once it has all: that is no leave."""

    async def answer_and_tidy(send: Send) -> None:
        await send(LAST)
        await CLOCK.sleep(5)

    app, became = ending(answer_and_tidy)
    server = Server(app)
    await server.task

    assert became == ["done"]
    assert server.notes.problem is None


async def test_tidying_up_has_its_time() -> None:
    """What is awaited while it ends is not cancelled a second time."""
    tidied: list[str] = []

    async def work(_send: Send) -> None:
        try:
            await CLOCK.sleep(60)
        finally:
            await CLOCK.sleep(2)
            tidied.append("up")

    app, _ = ending(work)
    server = Server(app)
    await CLOCK.sleep(1)
    server.left.set()
    await server.task

    assert tidied == ["up"]


async def test_somebody_elses_cancellation_is_heard() -> None:
    """The server ends a request that is ending already: it is told so."""

    async def work(_send: Send) -> None:
        try:
            await CLOCK.sleep(60)
        finally:
            await CLOCK.sleep(2)

    app, _ = ending(work)
    server = Server(app)
    await CLOCK.sleep(1)
    server.left.set()
    await CLOCK.sleep(1)
    server.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await server.task


async def test_a_read_that_ignores_it_leaves_nothing_behind() -> None:
    """The server's task may go on: no cancellation is left pending in it."""

    async def stubborn(_send: Send) -> None:
        try:
            await CLOCK.sleep(60)
        except asyncio.CancelledError:
            await CLOCK.sleep(1)

    app, became = ending(stubborn)
    server = Server(app)
    await CLOCK.sleep(1)
    server.left.set()
    await server.task

    assert became == ["done"]
    assert server.task.cancelling() == 0


async def test_bodies_of_reads_are_not_passed_on() -> None:
    """The app sees an empty one, and nothing more before it ends."""
    seen: list[Message] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        seen.append(await receive())
        seen.append(await receive())

    server = Server(app)
    await CLOCK.sleep(1)
    server.left.set()
    await server.task

    assert seen == [{"type": "http.request", "body": b"", "more_body": False}]
