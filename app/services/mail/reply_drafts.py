"""Write the drafts of answers, each once.

Graph makes a draft that quotes; what the caller wrote is put in. It bears a
marker from the first moment, so that it is found again whatever happens in
between.
"""

from contextlib import suppress
from dataclasses import dataclass

import msgspec

from app.gateway.mail import MailGateway
from app.gateway.replies import ReplyGateway
from app.models.context import InMailbox
from app.models.replies import Reply, ReplyDraft, ReplyKind
from app.problems.errors import ExchangeError, Outcome
from app.services.mail.drafts import DraftService, Written
from app.services.once import Attempt

__all__ = ["ReplyDrafts", "Wish"]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which message to answer, in which way, and with what."""

    message: str
    kind: ReplyKind
    reply: Reply


class ReplyDrafts:
    """Drafts of replies, replies to all and forwards."""

    def __init__(
        self, replies: ReplyGateway, mail: MailGateway, drafts: DraftService
    ) -> None:
        self._replies = replies
        self._mail = mail
        self._drafts = drafts

    async def write(
        self, where: InMailbox, wish: Wish, attempt: Attempt
    ) -> Written:
        """Return a finished draft, or what an earlier attempt has sent.

        Raises:
            Conflict: The message to answer is a draft itself.
            ExchangeError: There is none (``outcome`` not_performed), or it
                could not be found out (unknown).
        """
        made: dict[str, ReplyDraft] = {}

        async def make() -> Written:
            answer = await self._replies.create(
                where,
                wish.message,
                wish.kind,
                reply=wish.reply,
                marker=attempt.marker,
            )
            draft = msgspec.json.decode(answer.body, type=ReplyDraft)
            made[draft["id"]] = draft
            return draft

        found = await self._drafts.found_or_made(where, attempt, make)
        if not found["is_draft"]:
            return found
        draft = made.get(found["id"])
        if draft is None:
            answer = await self._replies.look_at(where, found["id"])
            draft = msgspec.json.decode(answer.body, type=ReplyDraft)
        if not draft["is_written"]:
            await self._finish(where, draft, wish.reply, attempt)
        return found

    async def _finish(
        self,
        where: InMailbox,
        draft: ReplyDraft,
        reply: Reply,
        attempt: Attempt,
    ) -> None:
        """Put in what was written; of what is refused, no draft is left."""
        try:
            await self._replies.finish(where, draft, reply, attempt.marker)
        except ExchangeError as error:
            if error.outcome is Outcome.NOT_PERFORMED:
                # For good: one in Deleted Items would be found by its marker.
                with suppress(ExchangeError):
                    await self._mail.purge_message(where, draft["id"])
            raise
