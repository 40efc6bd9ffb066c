"""What an answer is written to."""

import asyncio
from collections.abc import Callable

__all__ = ["Outgoing"]


class Outgoing:
    """All that uvicorn asks of a transport for one answer.

    What is written first waits for what follows at once: the head for the
    body. Two system calls cost more than one, and the caller would wake up
    for each.

    Args:
        transport: Where it goes.
        loop: The loop on which it goes.
        close: Ends the connection.
    """

    __slots__ = ("_first", "_is_begun", "_loop", "_transport", "close")

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        close: Callable[[], None],
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._first: bytes | None = None
        self._is_begun = False
        self.close = close

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
