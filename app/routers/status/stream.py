"""Server-sent events.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.services.status.board import Watch

__all__ = ["EventStream"]

# Seconds in which a watcher must have taken what it was sent.
_PATIENCE = 20.0
_HEADERS = {
    # Nobody in between may hold events back, to compress them or to keep them.
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}


class EventStream(StreamingResponse):
    """Tells a watcher what changes, until it leaves or the process stops."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(
            _events(watch), headers=_HEADERS, media_type="text/event-stream"
        )
        self._watch = watch

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Send the events; who does not take them is cut off."""

        async def patient(message: Message) -> None:
            try:
                async with asyncio.timeout(_PATIENCE):
                    await send(message)
            except TimeoutError as e:
                raise ClientDisconnect from e

        try:
            await super().__call__(scope, receive, patient)
        finally:
            self._watch.close()


async def _events(watch: Watch) -> AsyncIterator[bytes]:
    async for changed in watch:
        yield b"".join(
            b"event: %s\ndata: %s\n\n" % (name.encode(), part)
            for name, part in changed.items()
        )
    yield b"event: end\ndata: {}\n\n"
