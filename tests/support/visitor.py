"""A caller that can hang up, closer to the service than a client gets."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Message, Scope

from tests.support.service import Service

__all__ = ["Visitor"]


@dataclass(kw_only=True)
class Visitor:
    """Makes one request to the ASGI application, and may leave.

    Attributes:
        service: The service.
        path: Path and query.
        method: The HTTP method.
        body: Sent as JSON, if any.
        headers: More headers.
        takes: How many messages it takes of the answer before it stalls, as
            a client does that no longer reads; None for all.
        is_whole: Whether all of the body is sent; half of it if not.
        messages: What it was sent.
    """

    service: Service
    path: str
    method: str = "GET"
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    takes: int | None = None
    is_whole: bool = True
    messages: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = asyncio.Event()
        self._answered = asyncio.Event()
        self._asked = False

    def visit(self) -> "asyncio.Task[None]":
        """Make the request; the task ends when the service is done."""
        return asyncio.create_task(
            self.service.app(self._scope(), self._receive, self._send)
        )

    def leave(self) -> None:
        """Hang up."""
        self._left.set()

    @property
    def status(self) -> int | None:
        """The status of the answer, if one came."""
        return self.messages[0]["status"] if self.messages else None

    def _scope(self) -> Scope:
        path, _, query = self.path.partition("?")
        headers = {
            "host": "127.0.0.1:8000",
            "content-type": "application/json",
            **self.headers,
        }
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (name.lower().encode(), value.encode())
                for name, value in headers.items()
            ],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8000),
            "state": {"exchange": self.service.state},
        }

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            body = json.dumps(self.body, separators=(",", ":"))
            sent = b"" if self.body is None else body.encode()
            if not self.is_whole:
                sent = sent[: len(sent) // 2]
            return {
                "type": "http.request",
                "body": sent,
                "more_body": not self.is_whole,
            }
        gone = [
            asyncio.create_task(event.wait())
            for event in (self._left, self._answered)
        ]
        try:
            await asyncio.wait(gone, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in gone:
                waiting.cancel()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self.takes is not None and len(self.messages) >= self.takes:
            await self._left.wait()
            # A server notices that in its own time.
            await self.service.clock.sleep(0.01)
        self.messages.append(message)
        is_body = message["type"] == "http.response.body"
        if is_body and not message.get("more_body", False):
            self._answered.set()
