"""Write drafts so that each is there once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypedDict

import msgspec

from app.clock import Clock
from app.gateway.mail import MailGateway
from app.models.answers import Answer
from app.models.compose import Draft
from app.models.context import InMailbox
from app.models.mail import Message, MessagePage, MessageSummary
from app.problems.errors import ExchangeError, Outcome
from app.services.once import Attempt, Intent, Once

__all__ = ["DraftService", "Written"]

# Seconds between looks for a draft that may yet come to be there.
_LOOKS = (0.0, 0.5, 1.0, 2.0)


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
            answer = await self._mail.read_back(where, message["id"])
            return replace(answer, created=message["id"], delivery=None)

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
        if attempt.is_repeated:
            may_come = attempt.before is not Outcome.NOT_PERFORMED
            looks = _LOOKS if may_come else _LOOKS[:1]
            found = await self._find(where, attempt.marker, looks)
            if found is not None:
                return found
        try:
            return await make()
        except ExchangeError as doubt:
            if doubt.outcome is not Outcome.UNKNOWN:
                raise
            try:
                found = await self._find(where, attempt.marker, _LOOKS)
            except ExchangeError:
                raise doubt from None
        if found is not None:
            return found
        try:
            return await make()
        except ExchangeError as error:
            # The first may be made yet, whatever became of this one.
            raise error.with_outcome(Outcome.UNKNOWN) from error

    async def _find(
        self, where: InMailbox, marker: str, looks: Sequence[float]
    ) -> MessageSummary | None:
        """Return the message that bears a marker: rather sent than a draft.

        There are two drafts if Graph made one after we had given it up.
        """
        for pause in looks:
            if pause >= where.context.deadline.left():
                return None
            if pause:
                await self._clock.sleep(pause)
            answer = await self._mail.look_up_marker(where, marker)
            page = msgspec.json.decode(answer.body, type=MessagePage)
            if page["items"]:
                return min(page["items"], key=lambda item: item["is_draft"])
        return None
