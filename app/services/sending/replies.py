"""Answer and forward messages, each once."""

from msgspec.structs import replace

from app.gateway.mail import MailGateway
from app.models.answers import Answer
from app.models.context import InMailbox
from app.services.mail.reply_drafts import ReplyDrafts, Wish
from app.services.once import Attempt, Intent, Once
from app.services.reading import read_back
from app.services.sending.intake import Intake
from app.services.sending.submissions import Submission

__all__ = ["ReplyService"]


class ReplyService:
    """Replies, replies to all and forwards."""

    def __init__(
        self,
        drafts: ReplyDrafts,
        mail: MailGateway,
        intake: Intake,
        once: Once,
    ) -> None:
        self._drafts = drafts
        self._mail = mail
        self._intake = intake
        self._once = once

    async def answer(
        self, where: InMailbox, wish: Wish, intent: Intent
    ) -> Answer:
        """Answer a message once.

        Returns:
            How the sending goes (`Send`), or the draft (`Message`).

        Raises:
            Conflict: The message to answer is a draft itself.
            ExchangeError: As for `Intake.submit`.
        """
        if wish.reply.send:
            submission = Submission(
                kind=wish.kind, body=intent.body, message=wish.message
            )
            return await self._intake.submit(where, submission, intent)
        return await self._keep(where.plain(), wish, intent)

    async def _keep(
        self, where: InMailbox, wish: Wish, intent: Intent
    ) -> Answer:
        async def work(attempt: Attempt) -> Answer:
            draft = await self._drafts.write(where, wish, attempt)
            answer = await read_back(
                where, self._mail.get_message, draft["id"]
            )
            return replace(answer, created=draft["id"])

        return await self._once.run(where.context, intent, work)
