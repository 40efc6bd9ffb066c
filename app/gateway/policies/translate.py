"""The step at which Graph's JSON becomes ours."""

from functools import partial

from app.gateway.calls import GraphCall, Send
from app.gateway.cursors import CursorCodec
from app.gateway.translation.result import Translation
from app.models.answers import Answer
from app.problems.errors import ExchangeError

__all__ = ["Translator"]


class Translator:
    """Sends a call and makes a normalized, serialized answer of the reply.

    That happens once for each reply: what is kept, shared and served stale
    later is this answer.
    """

    def __init__(self, send: Send, cursors: CursorCodec) -> None:
        self._send = send
        self._cursors = cursors

    async def __call__(self, call: GraphCall) -> Answer:
        """Answer the call from Graph."""
        reply = await self._send(call)
        translate = call.operation.translate
        if translate is None:
            return Answer(body=b"")
        about = Translation(
            representation=call.representation,
            seal=partial(self._cursors.seal, binding=call.binding),
        )
        try:
            translated = translate(reply.body, about)
        except ExchangeError as error:
            error.attempts = call.tally.sent
            raise
        about_it = {"next_cursor": translated.next_cursor}
        if translated.etag:
            about_it["etag"] = translated.etag
        return Answer.of(translated.content, **about_it)
