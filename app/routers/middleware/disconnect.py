"""What becomes of a request whose caller has left."""

import asyncio
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from app.routers.middleware.base import HttpMiddleware
from app.routers.scope import RequestNotes, notes_of

__all__ = ["Disconnect"]

_READS = {"GET", "HEAD"}
_LEFT = 499
_CANCELLED = "cancelled"


class Disconnect(HttpMiddleware):
    """Ends a read when nobody waits for it any more; a write goes on.

    FastAPI does not look whether its caller is still there. Here a read is
    cancelled at once, with all that it waits for or holds. A write is
    carried out to the end instead: half of one is worse than either, and
    with an ``Idempotency-Key`` its caller can still ask for the outcome.

    Bodies of reads are thrown away: no route has use for one, and somebody
    must listen to learn that the caller has left.
    """

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request for as long as that makes sense."""
        work = asyncio.current_task()
        if work is None or scope["method"] not in _READS:
            await self.app(scope, receive, send)
            return
        line, cancelled_before = _Line(receive, send), work.cancelling()
        listening = asyncio.create_task(line.listen(work))
        try:
            await self.app(scope, line.receive, line.send)
        except asyncio.CancelledError:
            if not line.left:
                raise
        finally:
            listening.cancel()
        if line.left:
            _note(notes_of(scope))
            if work.uncancel() > cancelled_before:
                # Somebody else wants it to end too, and must be heard.
                raise asyncio.CancelledError


class _Line:
    """The line to the caller of one read, listened to all the time."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_read = False
        self._is_answered = False
        self._gone = asyncio.Event()
        self.left = False

    async def listen(self, work: "asyncio.Task[Any]") -> None:
        """Cancel the work if the caller leaves before it has its answer."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone.set()
        if not self._is_answered:
            self.left = True
            work.cancel()

    async def receive(self) -> Message:
        """Say that there is no body, and then when the caller has left."""
        if not self._is_read:
            self._is_read = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, and note the last one."""
        is_body = message["type"] == "http.response.body"
        self._is_answered = is_body and not message.get("more_body", False)
        await self._send(message)


def _note(notes: RequestNotes) -> None:
    """Note down how it ended; the status is nginx's for the same."""
    notes.status = notes.status or _LEFT
    notes.problem = _CANCELLED
