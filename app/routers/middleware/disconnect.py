"""What becomes of a request whose caller has left."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.routers.middleware.base import HttpMiddleware
from app.routers.scope import LEFT, RequestNotes, notes_of

__all__ = ["Disconnect", "Line"]

_READS = {"GET", "HEAD"}
# In seconds: who leaves within twice of that is missed so much later.
_A_WHILE = 0.02
_CANCELLED = "cancelled"
_DISCONNECT = "http.disconnect"


class Disconnect(HttpMiddleware):
    """Ends a read when nobody waits for it any more; a write goes on.

    FastAPI does not look whether its caller is still there. Here a read is
    cancelled at once, with all that it waits for or holds. A write is
    carried out to the end instead: half of one is worse than either, and
    with an ``Idempotency-Key`` its caller can still ask for the outcome.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        # Lines to which nobody listens yet; to the older ones soon.
        self._new: set[Line] = set()
        self._older: set[Line] = set()
        self._round: asyncio.TimerHandle | None = None
        # To look for it takes a system call each time.
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request for as long as that makes sense."""
        if scope["method"] in _READS:
            await self.read(
                scope,
                Line(receive, send),
                lambda line: self.app(scope, line.receive, line.send),
            )
            return
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            # It left while it was still sending its request.
            _note(notes_of(scope))

    async def read(
        self,
        scope: Scope,
        line: "Line",
        serve: Callable[["Line"], Awaitable[None]],
    ) -> None:
        """Serve a read until its caller leaves."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        work = asyncio.current_task(self._loop)
        if work is None:
            raise RuntimeError("requests are served by tasks")
        cancelled_before, also_by_others = work.cancelling(), False
        line.work = work
        self._attend(line, self._loop)
        try:
            await serve(line)
        except ClientDisconnect:
            _note(notes_of(scope))
        except asyncio.CancelledError:
            if not line.left:
                raise
        finally:
            self._new.discard(line)
            self._older.discard(line)
            line.hang_up()
            if line.left:
                _note(notes_of(scope))
                also_by_others = work.uncancel() > cancelled_before
        if also_by_others:
            raise asyncio.CancelledError

    def _attend(self, line: "Line", loop: asyncio.AbstractEventLoop) -> None:
        """Listen to a line once it has been open for a while.

        What is answered at once is not worth a task that listens, nor is it
        worth a timer of its own.
        """
        self._new.add(line)
        if self._round is None:
            self._round = loop.call_later(_A_WHILE, self._listen, loop)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        for line in self._older:
            line.listen()
        self._older, self._new = self._new, set()
        self._round = None
        if self._older:
            self._round = loop.call_later(_A_WHILE, self._listen, loop)


class Line:
    """The line to the caller of one read, listened to all the time.

    Reads have no body, as a rule. Of one that comes all the same no more
    than a part is held until somebody wants to read it; meanwhile nobody
    hears the caller leave.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self.work: asyncio.Task[Any] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._receive = receive
        self._send = send
        self._heard: asyncio.Queue[Message] | None = None
        self._is_answered = False
        self._end: Message | None = None
        self.left = False

    def listen(self) -> None:
        """Cancel the work if the caller leaves before it has its answer."""
        self._hear()

    def hang_up(self) -> None:
        """Listen no longer."""
        if self._listening is not None:
            self._listening.cancel()
            # What has ended would hold its own line, until it is collected.
            self._listening = None

    async def receive(self) -> Message:
        """Return the next part of the body, or that the caller has left."""
        if self._end is not None:
            return self._end
        message = await self._hear().get()
        if message["type"] == _DISCONNECT:
            self._end = message
        return message

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, and note the last one."""
        self.note(message)
        await self._send(message)

    def note(self, message: Message) -> None:
        """Note a part of the answer that is sent; its last one is the end."""
        is_body = message["type"] == "http.response.body"
        self._is_answered = is_body and not message.get("more_body", False)

    def end(self) -> None:
        """Note that the whole answer was sent."""
        self._is_answered = True

    def _hear(self) -> "asyncio.Queue[Message]":
        """Return what is heard on the line, and listen from now on."""
        if self._heard is None:
            self._heard = asyncio.Queue(1)
            listening = self._listen(self._heard)
            self._listening = asyncio.create_task(listening)
        return self._heard

    async def _listen(self, heard: "asyncio.Queue[Message]") -> None:
        message = await self._receive()
        while message["type"] != _DISCONNECT:
            await heard.put(message)
            message = await self._receive()
        if not self._is_answered:
            self.left = True
            if self.work is not None:
                self.work.cancel()
        await heard.put(message)


def _note(notes: RequestNotes) -> None:
    """Note down how it ended; the status is nginx's for the same."""
    notes.status = notes.status or LEFT
    notes.problem = _CANCELLED
