"""The two ways into the chain of policies."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec.structs import replace

from app.gateway.calls import GraphCall, Send
from app.gateway.cursors import CursorCodec
from app.gateway.policies.fallback import Fallback
from app.gateway.policies.observe import TraceCall
from app.models.answers import Answer, ByteStream
from app.problems.errors import ExchangeError, Outcome
from app.problems.graph_failures import GraphMalformedResponse
from app.transport.graph import GraphRequest, GraphTransport, Reply

__all__ = ["Pipeline", "carry"]

T = TypeVar("T")


class Pipeline:
    """Takes calls through all policies, in the order that the wiring shows.

    Answers come by the fallback chain. Streams go straight to Graph: they
    are never kept.
    """

    def __init__(
        self,
        trace: TraceCall,
        *,
        answers: Fallback,
        live: Send,
        cursors: CursorCodec,
    ) -> None:
        self._trace = trace
        self._answers = answers
        self._live = live
        self._cursors = cursors

    async def ask(self, call: GraphCall) -> Answer:
        """Return the answer to a call, or raise an `ExchangeError`."""
        return await self._observed(call, self._answers)

    async def ask_page(self, call: GraphCall, cursor: str | None) -> Answer:
        """Return a page of a list: the first, or the one at a cursor.

        The cursors that it gives out are good for the same list only: same
        tenant, principal, mailbox, route and query.

        Raises:
            InvalidCursor: The cursor is of another list, or none of ours.
        """
        if cursor is not None:
            target = self._cursors.open(cursor, call.binding)
            call = replace(call, target=target)
        return await self.ask(call)

    def cursor_to(self, place: str, binding: str) -> str:
        """Return a cursor to a place in a list that is put together here."""
        return self._cursors.seal_place(place, binding)

    def place_at(self, cursor: str, binding: str) -> str:
        """Return the place that such a cursor leads to.

        Raises:
            InvalidCursor: The cursor is of another list, or none of ours.
        """
        return self._cursors.open(cursor, binding)

    def has_changed(self, call: GraphCall) -> None:
        """Take what is kept of a mailbox for out of date, as after a write.

        For changes that Exchange makes some time after it was asked to.
        """
        self._answers.has_changed(call)

    async def stream(self, call: GraphCall) -> ByteStream:
        """Return content that the caller must close."""
        reply = await self._observed(call, self._live)
        if reply.stream is None:
            raise GraphMalformedResponse
        return reply.stream

    async def _observed(
        self, call: GraphCall, proceed: Callable[[GraphCall], Awaitable[T]]
    ) -> T:
        async def told(call: GraphCall) -> T:
            try:
                return await proceed(call)
            except ExchangeError as error:
                if call.operation.is_read:
                    # Whatever became of it, nothing was changed by it.
                    error.outcome = Outcome.NOT_PERFORMED
                raise

        return await self._trace(call, told)


def carry(transport: GraphTransport) -> Send:
    """Return the end of the chain: a call becomes a request."""

    async def send(call: GraphCall) -> Reply:
        return await transport.send(
            GraphRequest(
                method=call.operation.method,
                target=call.target,
                elsewhere=call.elsewhere,
                token=call.token,
                client_request_id=call.client_request_id,
                headers=call.headers,
                body=call.body,
                streamed=call.operation.streamed,
                fresh_connection=call.fresh_connection,
            )
        )

    return send
