"""What a mailbox is like, in one request to Graph."""

import asyncio
from collections.abc import Awaitable, Mapping

from msgspec.structs import replace

from app.gateway.batches import Group
from app.gateway.calendar import events_call
from app.gateway.calls import GraphCall
from app.gateway.directory import mailbox_call
from app.gateway.folders import folder_call
from app.gateway.mail import messages_call
from app.gateway.names import MailboxNames
from app.gateway.pipeline import Pipeline
from app.gateway.settings import automatic_replies_call
from app.models.answers import Answer
from app.models.calendar.queries import EventQuery
from app.models.context import InMailbox
from app.models.queries import MessageQuery
from app.problems.errors import ExchangeError

__all__ = ["OverviewGateway"]

_COUNTED = ("inbox", "drafts", "junk")


class OverviewGateway:
    """Asks for several things about a mailbox at the same time.

    Each is a call of its own, answered from the cache or stale as it would
    be alone; those that need Graph share a request.
    """

    def __init__(self, pipeline: Pipeline, names: MailboxNames) -> None:
        self._pipeline = pipeline
        self._names = names

    async def look(
        self, where: InMailbox, newest: int, events: EventQuery
    ) -> Mapping[str, Answer | ExchangeError]:
        """Return each part by its name, or why there is none.

        The parts are ``mailbox`` (`Mailbox`), ``inbox``, ``drafts`` and
        ``junk`` (`Folder`, path not yet told), ``recent_messages``
        (`MessagePage`), so many of them, ``calendar`` (`EventPage`) and
        ``automatic_replies`` (`AutomaticReplies`).
        """
        group = Group()

        def ask(call: GraphCall) -> Awaitable[Answer]:
            return self._pipeline.ask(replace(call, group=group))

        recent = MessageQuery(folder="inbox", limit=newest)
        call = replace(messages_call(where, recent), group=group)
        parts = {
            "mailbox": ask(mailbox_call(where)),
            **{name: ask(folder_call(where, name)) for name in _COUNTED},
            "recent_messages": self._pipeline.ask_page(call, None),
            "calendar": ask(events_call(where, events)),
            "automatic_replies": ask(automatic_replies_call(where)),
        }
        ends = await asyncio.gather(
            *(_end_of(part) for part in parts.values())
        )
        told = dict(zip(parts, ends, strict=True))
        if isinstance(told["mailbox"], Answer):
            self._names.learn(where.context.tenant, told["mailbox"])
        return told

    async def kept_events(
        self, where: InMailbox, events: EventQuery
    ) -> Answer | None:
        """Return a page of events (`EventPage`) if there is one kept."""
        cache = replace(where.context.cache, only_if_cached=True)
        context = replace(where.context, cache=cache)
        call = events_call(replace(where, context=context), events)
        end = await _end_of(self._pipeline.ask(call))
        return end if isinstance(end, Answer) else None


async def _end_of(part: Awaitable[Answer]) -> Answer | ExchangeError:
    try:
        return await part
    except ExchangeError as error:
        return error
