"""The two ways into the chain of policies."""

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
        try:
            return await self._trace(call, self._answers)
        except ExchangeError as error:
            _settle(call, error)
            raise

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
        try:
            reply = await self._trace(call, self._live)
        except ExchangeError as error:
            _settle(call, error)
            raise
        if reply.stream is None:
            raise GraphMalformedResponse
        return reply.stream


def _settle(call: GraphCall, error: ExchangeError) -> None:
    """Note that nothing was changed by a read, whatever became of it."""
    if call.operation.is_read:
        error.outcome = Outcome.NOT_PERFORMED


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
