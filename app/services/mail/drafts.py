"""Write drafts so that each is there once."""

from collections.abc import Awaitable, Callable
from typing import TypedDict

import msgspec
from msgspec.structs import replace

from app.clock import Clock
from app.gateway.mail import MailGateway
from app.models.answers import Answer
from app.models.compose import Draft
from app.models.context import InMailbox
from app.models.mail import Message, MessagePage, MessageSummary
from app.problems.errors import Outcome
from app.services.doubt import Doubtful
from app.services.once import Attempt, Intent, Once
from app.services.reading import read_back

__all__ = ["DraftService", "Written"]


class Written(TypedDict):
    """What matters of a message that was written here: is it sent yet?"""

    id: str
    is_draft: bool


class DraftService:
    """Creates drafts that bear a marker, and finds them again by it."""

    def __init__(self, mail: MailGateway, once: Once, clock: Clock) -> None:
        self._mail = mail
        self._once = once
        self._clock = clock

    async def create_draft(
        self, where: InMailbox, draft: Draft, intent: Intent
    ) -> Answer:
        """Write a draft once; return it (`Message`)."""

        async def work(attempt: Attempt) -> Answer:
            message = await self.write(where, draft, attempt)
            answer = await read_back(
                where, self._mail.get_message, message["id"]
            )
            return replace(answer, created=message["id"])

        return await self._once.run(where.context, intent, work)

    async def write(
        self, where: InMailbox, draft: Draft, attempt: Attempt
    ) -> Written:
        """Return a new draft, or the one that an attempt left before."""

        async def make() -> Written:
            made = await self._mail.create_draft(where, draft, attempt.marker)
            return msgspec.json.decode(made.body, type=Message)

        return await self.found_or_made(where, attempt, make)

    async def found_or_made(
        self,
        where: InMailbox,
        attempt: Attempt,
        make: Callable[[], Awaitable[Written]],
    ) -> Written:
        """Return what an attempt left before, or make it, bearing its marker.

        When Graph does not say whether it made the draft, it is looked for
        before it is made again: for a while, since it may be made yet.
        """

        async def look() -> Written | None:
            return await self._find(where, attempt.marker)

        if attempt.before is Outcome.NOT_PERFORMED:
            # It did not do all, but may have left a draft.
            found = await look()
            if found is not None:
                return found
        return await Doubtful(make, look).settle(
            self._clock,
            where.context.deadline,
            is_in_doubt=attempt.may_be_done,
        )

    async def _find(
        self, where: InMailbox, marker: str
    ) -> MessageSummary | None:
        """Return the message that bears a marker: rather sent than a draft.

        There are two drafts if Graph made one after we had given it up.
        """
        answer = await self._mail.look_up_marker(where, marker)
        page = msgspec.json.decode(answer.body, type=MessagePage)
        if not page["items"]:
            return None
        return min(page["items"], key=lambda item: item["is_draft"])
