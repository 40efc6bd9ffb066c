"""Answer and forward messages, each once.

Graph makes a draft that quotes; what the caller wrote is put in, and then the
draft is sent as any other is. It bears a marker from the first moment, so
that it is found again whatever happens in between.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

import msgspec

from app.gateway.mail import MailGateway
from app.gateway.replies import ReplyGateway
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.replies import Reply, ReplyDraft, ReplyKind
from app.problems.errors import ExchangeError, Outcome
from app.services.mail.drafts import DraftService, Written
from app.services.mail.sends import SendService
from app.services.once import Attempt, Intent, Once
from app.services.reading import read_back

__all__ = ["ReplyService", "Wish"]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which message to answer, in which way, and with what."""

    message: str
    kind: ReplyKind
    reply: Reply


class ReplyService:
    """Replies, replies to all and forwards."""

    def __init__(
        self,
        replies: ReplyGateway,
        mail: MailGateway,
        drafts: DraftService,
        sends: SendService,
        once: Once,
    ) -> None:
        self._replies = replies
        self._mail = mail
        self._drafts = drafts
        self._sends = sends
        self._once = once

    async def answer(
        self, where: InMailbox, wish: Wish, intent: Intent
    ) -> Answer:
        """Answer a message once.

        Returns:
            How the sending went (`Send`), or the draft (`Message`).

        Raises:
            Conflict: The message to answer is a draft itself.
            ExchangeError: It was not sent (``outcome`` not_performed), or it
                could not be found out (unknown).
        """
        where = where.plain()
        work = self._send if wish.reply.send else self._keep

        async def attempted(attempt: Attempt) -> Answer:
            return await work(where, wish, attempt)

        return await self._once.run(where.context, intent, attempted)

    async def _keep(
        self, where: InMailbox, wish: Wish, attempt: Attempt
    ) -> Answer:
        draft = await self._write(where, wish, attempt)
        answer = await read_back(where, self._mail.get_message, draft["id"])
        return replace(answer, created=draft["id"])

    async def _send(
        self, where: InMailbox, wish: Wish, attempt: Attempt
    ) -> Answer:
        began = self._sends.timestamp()
        try:
            draft = await self._write(where, wish, attempt)
        except ExchangeError as error:
            # A draft may remain, but nothing was sent: not this time.
            raise error.with_outcome(Outcome.NOT_PERFORMED) from error
        return await self._sends.finish(where, draft, attempt, began)

    async def _write(
        self, where: InMailbox, wish: Wish, attempt: Attempt
    ) -> Written:
        """Return a finished draft, or what an earlier attempt has sent."""
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
