"""What an answer is written to."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import chain

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    RequestResponseCycle,
)

__all__ = ["OUTGOING", "Outgoing", "outgoing_of"]

OUTGOING = "exchange.outgoing"
"""The ASGI extension by which the server of this service has one."""

# What would end a header, or hide what follows; a tab would not.
_CONTROLS = bytes({*range(32), 127} - {*b"\t"})


class Outgoing:
    """All that uvicorn asks of a transport for one answer.

    What is written first waits for what follows at once: the head for the
    body. Two system calls cost more than one, and the caller would wake up
    for each.

    Args:
        cycle: What is answered.
        transport: Where it goes.
        loop: The loop on which it goes.
        close: Ends the connection.
    """

    __slots__ = (
        *("_cycle", "_first", "_is_begun", "_loop", "_transport"),
        "close",
    )

    def __init__(
        self,
        cycle: RequestResponseCycle,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        close: Callable[[], None],
    ) -> None:
        self._cycle: RequestResponseCycle | None = cycle
        self._transport = transport
        self._loop = loop
        self._first: bytes | None = None
        self._is_begun = False
        self.close = close

    def is_ready(self) -> bool:
        """Tell whether a whole answer may be written at once."""
        cycle = self._cycle
        return (
            cycle is not None
            and cycle.keep_alive
            and not cycle.response_started
            and not cycle.disconnected
            and not cycle.flow.write_paused
        )

    def answer(
        self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes
    ) -> None:
        """Write a whole answer at once; it must be `is_ready`.

        As messages of ASGI it would be put together header by header, each
        looked at by itself, and written in two parts.

        Args:
            status: The final status.
            headers: The headers, with the length of the body where there is
                one; neither ``Connection`` nor ``Transfer-Encoding``.
            body: All of the body, as it is sent.

        Raises:
            RuntimeError: There was one already.
            ValueError: A header is not what it may be (RFC 9110 §5.5).
        """
        cycle = self._cycle
        if cycle is None:
            raise RuntimeError("the answer was written already")
        # If it fails here, there is nothing else to say: it is cut off.
        cycle.response_started = True
        lines = list(map(b": ".join, chain(cycle.default_headers, headers)))
        head = b"\r\n".join(lines)
        breaks = 2 * (len(lines) - 1)
        if len(head.translate(None, _CONTROLS)) != len(head) - breaks:
            raise ValueError("a header holds a control character")
        head = b"%b%b\r\n\r\n" % (STATUS_LINE[status], head)
        cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self._is_begun = True
        # It may have been told to go on with a body.
        self.flush()
        self._transport.writelines((head, body) if body else (head,))
        cycle.message_event.set()
        cycle.on_response()

    def is_closing(self) -> bool:
        """Tell whether nothing can be written any more."""
        return self._transport.is_closing()

    def write(self, part: bytes) -> None:
        """Write a part of the answer."""
        if not self._is_begun:
            self._is_begun, self._first = True, part
            self._loop.call_soon(self.flush)
        elif self._first is not None:
            first, self._first = self._first, None
            self._transport.writelines((first, part))
        else:
            self._transport.write(part)

    def flush(self) -> None:
        """Write what nothing has followed."""
        if self._first is not None:
            first, self._first = self._first, None
            if not self._transport.is_closing():
                self._transport.write(first)

    def finish(self) -> None:
        """Write what is left, and know nothing of the request any more.

        It knows this, so that both would wait for the garbage collector.
        """
        self.flush()
        self._cycle = None


def outgoing_of(scope: Scope) -> Outgoing | None:
    """Return what the answer to a request is written to, if the server has it.

    Others than ours are sent messages of ASGI and nothing else.
    """
    found: Outgoing | None = scope.get("extensions", {}).get(OUTGOING)
    return found
