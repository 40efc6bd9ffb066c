"""Threads in Graph, which knows only their messages. Decides nothing."""

from msgspec.structs import replace

from app.gateway.batches import Group
from app.gateway.mail import messages_call
from app.gateway.pipeline import Pipeline
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.queries import MessageQuery

__all__ = ["LOOKED_AT", "ThreadGateway"]

LOOKED_AT = 100
"""How many messages of a thread are looked at, the newest."""


class ThreadGateway:
    """Reads the messages of threads."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def messages_of(
        self, where: InMailbox, thread: str, group: Group | None = None
    ) -> Answer:
        """Return the newest messages (`MessagePage`) of a thread.

        Those that are asked for at the same time, as one group, share a
        request.
        """
        # Graph's own id, whatever it looks like: it is quoted further down.
        wanted = MessageQuery.model_construct(thread=thread, limit=LOOKED_AT)
        call = messages_call(where, wanted)
        return await self._pipeline.ask(replace(call, group=group))
