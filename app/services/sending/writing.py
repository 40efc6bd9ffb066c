"""Have the draft of a submission, whatever an earlier attempt has left."""

from contextlib import suppress

import msgspec

from app.gateway.mail import MailGateway
from app.models.context import InMailbox
from app.models.mail import Message, MessagePage
from app.problems.errors import ExchangeError
from app.problems.resources import Conflict
from app.services.mail.drafts import DraftService, Written
from app.services.mail.reply_drafts import ReplyDrafts, Wish
from app.services.once import Attempt
from app.services.sending.submissions import Submission

__all__ = ["Writer"]


class Writer:
    """Writes drafts as submissions want them."""

    def __init__(
        self, mail: MailGateway, drafts: DraftService, replies: ReplyDrafts
    ) -> None:
        self._mail = mail
        self._drafts = drafts
        self._replies = replies

    async def write(
        self, where: InMailbox, submission: Submission, attempt: Attempt
    ) -> Written:
        """Return the draft to send, or the message if it was sent since.

        Raises:
            Conflict: What the caller takes for a draft was sent already.
            ExchangeError: There is no draft (``outcome`` not_performed), or
                it could not be found out (unknown).
        """
        message = submission.message or ""
        if submission.kind == "compose":
            return await self._drafts.write(
                where, submission.compose(), attempt
            )
        if submission.kind == "draft":
            return await self._given(where, message)
        wish = Wish(message, submission.kind, submission.reply())
        return await self._replies.write(where, wish, attempt)

    async def discard(
        self, where: InMailbox, submission: Submission, message: str | None
    ) -> None:
        """Leave no draft behind of what is not sent, if that is possible.

        For good: one in Deleted Items would be found by its marker. What the
        caller has written as a draft stays.
        """
        if message is None or submission.kind == "draft":
            return
        with suppress(ExchangeError):
            await self._mail.purge_message(where, message)

    async def discard_marked(
        self, where: InMailbox, submission: Submission, marker: str
    ) -> None:
        """Do the same where it was not told which draft was made."""
        with suppress(ExchangeError):
            answer = await self._mail.look_up_marker(where, marker)
            page = msgspec.json.decode(answer.body, type=MessagePage)
            for found in page["items"]:
                if found["is_draft"]:
                    await self.discard(where, submission, found["id"])

    async def _given(self, where: InMailbox, message: str) -> Written:
        answer = await self._mail.look_at_message(where, message)
        found = msgspec.json.decode(answer.body, type=Message)
        if not found["is_draft"]:
            raise Conflict("The message is not a draft; it was sent already.")
        return found
