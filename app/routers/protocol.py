"""Take in HTTP, and answer what is not even that, or more than it may be."""

import asyncio
from collections import deque
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.routers.heads import LARGEST_HEAD, fault_of
from app.routers.late_scope import LateScope
from app.routers.malformed import malformed
from app.routers.outgoing import OUTGOING, Outgoing
from app.routers.patience import Patience
from app.routers.refusals import Refusals

__all__ = ["HttpProtocol"]

# Who still sends has so many seconds to see the answer: a connection that is
# closed over what nobody read is reset, and the answer lost (RFC 9112 §9.6).
_FAREWELL = 2.0
# Seconds that a caller may leave its answer untouched, and the bytes that
# allow for one more.
_STALL = 30.0
_SLOWEST = 65_536
# Seconds from the first byte of a head, or the connection, to its last.
_HEAD_TIME = 10.0


class _StoppedError(Exception):
    """Stops the parser."""


class HttpProtocol(LateScope):
    """Reads requests as anybody else would, or refuses them.

    A refusal is a problem document, as everything else is. What follows on
    the connection is never taken for a request: neither after a refusal, nor
    after an answer to whom has not sent all of the body, nor after a wish to
    speak something else than HTTP.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._why, self._is_over = "", False
        self._flood: Refusals | None = self.app_state.get("refusals")
        self._shed: bytes | None = None
        # Requests that have no whole answer yet, the one being served first.
        self._owed: deque[tuple[RequestResponseCycle, Outgoing]] = deque()
        # Since the last request was whole: all bytes, and those of bodies.
        self._received = self._content = 0
        # With what came together with the end of the last one, if anything.
        self._at_most = self._chunk = 0
        self._patience = Patience(self.loop)
        self._stalled = Patience(self.loop)

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        """Wait for a request, but not for ever.

        The type is the one that uvicorn's own class has narrowed it to.
        """
        super().connection_made(transport)
        self._hurry()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more, and tell all who serve it so.

        The server tells the request that came last, which is not the one
        that is being served if there are several.
        """
        for cycle, _ in self._owed:
            cycle.disconnected = True
            cycle.message_event.set()
        self._patience.stop()
        self._patience.close()
        self._stalled.close()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Have no answer hold a place for ever until it is taken."""
        super().pause_writing()
        left = self.transport.get_write_buffer_size()
        self._stalled.wait(_STALL + left / _SLOWEST, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: it was taken."""
        self._stalled.stop()
        super().resume_writing()

    def shutdown(self) -> None:
        """End the connection as soon as nothing is owed."""
        self._say()
        super().shutdown()

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, even if what is left is never taken."""
        super().timeout_keep_alive_handler()
        self.loop.call_later(_STALL, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        """Read what came, unless nothing is expected any more."""
        if self._is_over:
            return
        self._chunk = len(data)
        self._received += self._chunk
        self._at_most += self._chunk
        super().data_received(data)
        # Chunks have frames, and may have extensions and trailers.
        frame = self._received - self._content
        if frame > LARGEST_HEAD + self._content:
            self.send_400_response("The head of the request is too large.")
        if not self._owed:
            self._hurry()

    def on_headers_complete(self) -> None:
        """Begin to serve a request, unless its head is wrong."""
        self._patience.stop()
        version, headers = self.parser.get_http_version(), self.headers
        by_name = dict(headers)
        fault = fault_of(version, self.url, headers, by_name, self._at_most)
        if fault:
            self._why = fault
            raise _StoppedError
        if version == "1.1" and self._sheds(by_name):
            return
        self._say()
        self.make_scope(by_name)
        super().on_headers_complete()
        # What comes after the body is not to be taken for a header (RFC 9110
        # §6.5.1): a proxy has looked at the head alone.
        self.headers = []
        outgoing = Outgoing(self.cycle, self.transport, self.loop, self._end)
        # To the server extensions are dictionaries, to ASGI whatever they are.
        self.scope["extensions"] = {OUTGOING: outgoing}  # type: ignore[dict-item]
        self._owed.append((self.cycle, outgoing))
        # It has all that a cycle asks of a transport.
        self.cycle.transport = outgoing  # type: ignore[assignment]
        if self.parser.should_upgrade():
            # What follows may be HTTP to one and something else to another.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._content += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take note that a request is whole."""
        self._received = self._content = 0
        self._at_most = self._chunk
        if self._shed is None:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on to the next request, if this one was whole."""
        _, outgoing = self._owed.popleft()
        outgoing.finish()
        if not self.pipeline and self.cycle.more_body:
            self._end()
        if self._is_over or self.transport.is_closing():
            self.server_state.total_requests += 1
        elif self.pipeline:
            super().on_response_complete()
        else:
            # The server would begin a timer, to stop it at the next request.
            self.server_state.total_requests += 1
            self.flow.resume_reading()
            seconds = self.timeout_keep_alive
            self._patience.wait(seconds, self.timeout_keep_alive_handler)

    def send_400_response(self, msg: str) -> None:
        """Refuse what came, and end the connection.

        An answer that is still owed to an earlier request comes first, and
        is the last: a refusal would be taken for it.
        """
        if self._is_over:
            return
        if self._owed:
            cycle, _ = self._owed[-1]
            if cycle.response_started or not cycle.more_body:
                self._is_over, cycle.keep_alive = True, False
                return
            cycle.disconnected = True
            cycle.message_event.set()
        if self.pipeline:
            self._is_over = True
            self.transport.close()
        else:
            self._flush()
            self.transport.write(malformed(self._why or msg))
            self._end()

    def _hurry(self) -> None:
        """Begin to count the time that a head takes, if it has not begun."""
        if not (self._is_over or self._patience.waits_for(self._late)):
            self._patience.wait(_HEAD_TIME, self._late)

    def _late(self) -> None:
        """Give up a head that took too long."""
        if self._received:
            self.send_400_response("The head did not arrive in time.")
        else:
            # Browsers open connections that they may need.
            self.transport.close()

    def _sheds(self, by_name: dict[bytes, bytes]) -> bool:
        """Refuse a request in a flood, unless one before it comes first."""
        flood, is_busy = self._flood, self._owed or self._shed
        if flood is None or is_busy or not flood.is_flooded():
            return False
        # Of two headers of one name somebody else is to make sense.
        if len(by_name) == len(self.headers) and not self.flow.write_paused:
            lines = self.server_state.default_headers
            self._shed = flood.answer(self.parser, self.url, by_name, lines)
        if self._shed is not None:
            flood.say_soon(self._say)
        return self._shed is not None

    def _say(self) -> None:
        """Write the refusal that there is, if it is not written yet."""
        refusal, self._shed = self._shed, None
        if refusal is not None and not self.transport.is_closing():
            self.server_state.total_requests += 1
            self.transport.write(refusal)

    def _flush(self) -> None:
        """Write what waits for others, or for more of the same answer."""
        self._say()
        if self._owed:
            _, outgoing = self._owed[0]
            outgoing.flush()

    def _end(self) -> None:
        """Send no more, and close once the other side has heard so."""
        self._flush()
        self._is_over = True
        self._patience.stop()
        if self.transport.is_closing():
            return
        if not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(_FAREWELL, self.transport.close)
