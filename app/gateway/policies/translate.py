"""The step at which Graph's JSON becomes ours."""

from functools import partial
from http import HTTPStatus

from msgspec.structs import replace

from app.gateway.calls import GraphCall, Reply, Send
from app.gateway.cursors import CursorCodec
from app.gateway.translation.etags import graph_tag, matches_weakly
from app.gateway.translation.result import Translation
from app.models.answers import Answer
from app.problems.errors import ExchangeError

__all__ = ["Translator"]


class Translator:
    """Sends a call and makes a normalized, serialized answer of the reply.

    That happens once for each reply: what is kept, shared and served stale
    later is this answer. If the call brings an answer that was kept, Graph
    is asked whether it still holds; if so, it is returned as it was.
    """

    def __init__(self, send: Send, cursors: CursorCodec) -> None:
        self._send = send
        self._cursors = cursors

    async def __call__(self, call: GraphCall) -> Answer:
        """Answer the call from Graph."""
        kept = call.kept
        tag = graph_tag(kept.etag) if kept and kept.etag else None
        if kept is None or tag is None:
            return self._translated(call, await self._send(call))
        headers = {**call.headers, "If-None-Match": tag}
        reply = await self._send(replace(call, headers=headers))
        if reply.status != HTTPStatus.NOT_MODIFIED:
            return self._translated(call, reply)
        if reply.etag is None or matches_weakly(reply.etag, tag):
            return kept
        # Graph speaks of a state that is not the kept one (RFC 9111 §4.3.4).
        return self._translated(call, await self._send(call))

    def _translated(self, call: GraphCall, reply: Reply) -> Answer:
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
