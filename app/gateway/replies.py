"""Replies and forwards in Graph: builds the calls. Decides nothing."""

from collections.abc import Mapping

from msgspec.structs import replace

from app.gateway.building import call_in, prefer
from app.gateway.operations import replies as operations
from app.gateway.operations.entry import Operation
from app.gateway.operations.mail import UPDATE_MESSAGE
from app.gateway.pipeline import Pipeline
from app.gateway.queries import quoted
from app.gateway.translation.replies import (
    WRITTEN,
    create_json,
    finish_json,
)
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.replies import Reply, ReplyDraft, ReplyKind

__all__ = ["ReplyGateway"]

_CREATE: Mapping[ReplyKind, Operation] = {
    "reply": operations.CREATE_REPLY,
    "reply-all": operations.CREATE_REPLY_ALL,
    "forward": operations.CREATE_FORWARD,
}
_SELECT = "id,isDraft,toRecipients,ccRecipients,bccRecipients,body"
_EXPAND = f"singleValueExtendedProperties($filter=id eq {quoted(WRITTEN)})"


class ReplyGateway:
    """Makes drafts that answer or forward messages."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def create(
        self,
        where: InMailbox,
        message: str,
        kind: ReplyKind,
        *,
        reply: Reply,
        marker: str,
    ) -> Answer:
        """Create a draft (`ReplyDraft`) that quotes, and bears a marker."""
        call = call_in(where, _CREATE[kind], message=message)
        body = create_json(reply, marker, to_whom=kind == "forward")
        return await self._pipeline.ask(
            replace(call, headers=prefer("html"), body=body)
        )

    async def look_at(self, where: InMailbox, draft: str) -> Answer:
        """Return a draft (`ReplyDraft`) as it is now."""
        query = [("$select", _SELECT), ("$expand", _EXPAND)]
        call = call_in(where, operations.LOOK_AT_REPLY, query, message=draft)
        return await self._pipeline.ask(replace(call, headers=prefer("html")))

    async def finish(
        self, where: InMailbox, draft: ReplyDraft, reply: Reply, marker: str
    ) -> None:
        """Put in what the caller wrote, and note that it is in."""
        call = call_in(where, UPDATE_MESSAGE, message=draft["id"])
        body = finish_json(draft, reply, marker)
        await self._pipeline.ask(replace(call, body=body))
