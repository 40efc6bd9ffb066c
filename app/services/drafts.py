"""Write drafts so that each is there once."""

from dataclasses import replace

import msgspec

from app.gateway.mail import MailGateway
from app.models.answers import Answer
from app.models.compose import Draft
from app.models.context import InMailbox
from app.models.mail import Message, MessagePage
from app.problems.errors import ExchangeError, Outcome
from app.services.once import Attempt, Intent, Once

__all__ = ["DraftService"]


class DraftService:
    """Creates drafts that bear a marker, and finds them again by it."""

    def __init__(self, mail: MailGateway, once: Once) -> None:
        self._mail = mail
        self._once = once

    async def create_draft(
        self, where: InMailbox, draft: Draft, intent: Intent
    ) -> Answer:
        """Write a draft once; return it (`Message`)."""

        async def work(attempt: Attempt) -> Answer:
            return await self.write(where, draft, attempt)

        return await self._once.run(where.context, intent, work)

    async def write(
        self, where: InMailbox, draft: Draft, attempt: Attempt
    ) -> Answer:
        """Return a new draft (`Message`), or the one an attempt left before.

        When Graph does not say whether it made the draft, it is looked for
        before it is made again.
        """
        if attempt.is_repeated:
            found = await self._find(where, attempt.marker)
            if found is not None:
                return found
        try:
            made = await self._mail.create_draft(where, draft, attempt.marker)
        except ExchangeError as error:
            if error.outcome is not Outcome.UNKNOWN:
                raise
            return await self._settle(where, draft, attempt, error)
        return _created(made)

    async def _settle(
        self,
        where: InMailbox,
        draft: Draft,
        attempt: Attempt,
        doubt: ExchangeError,
    ) -> Answer:
        try:
            found = await self._find(where, attempt.marker)
        except ExchangeError:
            raise doubt from None
        if found is not None:
            return found
        return _created(
            await self._mail.create_draft(where, draft, attempt.marker)
        )

    async def _find(self, where: InMailbox, marker: str) -> Answer | None:
        """Return the message that bears a marker, draft or sent already."""
        answer = await self._mail.look_up_marker(where, marker)
        page = msgspec.json.decode(answer.body, type=MessagePage)
        if not page["items"]:
            return None
        message = page["items"][0]["id"]
        return _created(await self._mail.get_message(where, message))


def _created(answer: Answer) -> Answer:
    message = msgspec.json.decode(answer.body, type=Message)
    return replace(answer, created=message["id"], delivery=None)
