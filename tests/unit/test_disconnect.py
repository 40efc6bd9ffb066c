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

    def __init__(
        self, app: ASGIApp, method: str = "GET", *parts: bytes
    ) -> None:
        self.left = asyncio.Event()
        self._parts = [*parts, b""]
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


async def test_an_error_on_the_way_out_leaves_nothing_behind() -> None:
    """Whatever the app makes of its cancellation, it is counted back."""

    async def failing(_send: Send) -> None:
        try:
            await CLOCK.sleep(60)
        except asyncio.CancelledError:
            raise RuntimeError("could not tidy up") from None

    app, _ = ending(failing)
    server = Server(app)
    await CLOCK.sleep(1)
    server.left.set()
    with pytest.raises(RuntimeError):
        await server.task

    assert server.task.cancelling() == 0


async def test_a_body_is_passed_on() -> None:
    """Part by part, to who wants to refuse it; and then that it is over."""
    seen: list[bytes] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend([(await receive())["body"] for _ in range(3)])
        await send(LAST)
        for _ in range(3):
            assert (await receive())["type"] == "http.disconnect"

    await Server(app, "GET", b"a long ", b"body").task

    assert b"".join(seen) == b"a long body"


async def test_a_body_that_nobody_reads_is_not_kept() -> None:
    """The server is asked for no more than two parts of it."""
    asked: list[int] = []

    async def endless() -> Message:
        asked.append(1)
        return {"type": "http.request", "body": b"x" * 9, "more_body": True}

    async def send(_message: Message) -> None:
        pass

    app, became = ending(lambda _: CLOCK.sleep(5))
    scope: Scope = {"type": "http", "method": "GET", "headers": []}
    begin_notes(scope, 0.0)
    await Disconnect(app)(scope, endless, send)

    assert became == ["done"]
    assert len(asked) == 2
