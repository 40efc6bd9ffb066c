"""Send messages, written here or there already."""

from app.models.answers import Answer
from app.models.compose import Compose
from app.models.context import InMailbox
from app.services.once import Intent
from app.services.sending.intake import Intake
from app.services.sending.submissions import Submission

__all__ = ["SendService"]


class SendService:
    """Hands messages in, each once."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def compose(
        self, where: InMailbox, message: Compose, intent: Intent
    ) -> Answer:
        """Write a message and send it; return how that goes (`Send`).

        Raises:
            ExchangeError: As for `Intake.submit`.
        """
        at = message.send_at
        submission = Submission(
            kind="compose",
            body=intent.body,
            send_at=None if at is None else at.timestamp(),
        )
        return await self._intake.submit(where, submission, intent)

    async def send_draft(
        self, where: InMailbox, message: str, intent: Intent
    ) -> Answer:
        """Send a draft; return how that goes (`Send`).

        Raises:
            Conflict: The message is no draft, or is being sent already.
            ExchangeError: As for `Intake.submit`.
        """
        submission = Submission(kind="draft", message=message)
        return await self._intake.submit(where, submission, intent)
