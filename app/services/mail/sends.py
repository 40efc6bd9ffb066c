"""Send messages so that each is in Sent Items once.

A message is first made a draft that bears a marker, then that draft is sent,
and then it is looked for. So it can be found out at every point what an
earlier attempt has left behind, before anything is done again.
"""

import msgspec

from app.clock import Clock
from app.gateway.mail import MailGateway
from app.models.answers import Answer
from app.models.compose import Compose
from app.models.context import InMailbox
from app.models.mail import Message, Send
from app.problems.errors import ExchangeError, Outcome
from app.problems.resources import Conflict, ItemNotFound
from app.services.mail.delivery import Delivered, Delivery
from app.services.mail.drafts import DraftService, Written
from app.services.once import Attempt, Intent, Once
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import SEND_UNKNOWN
from app.telemetry.signals.metrics import SENDS

__all__ = ["SendService"]


class SendService:
    """Sends messages and tells what became of them."""

    def __init__(
        self,
        mail: MailGateway,
        drafts: DraftService,
        once: Once,
        *,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._mail = mail
        self._drafts = drafts
        self._once = once
        self._clock = clock
        self._telemetry = telemetry

    async def compose(
        self, where: InMailbox, message: Compose, intent: Intent
    ) -> Answer:
        """Write a message and send it, once; return how it went (`Send`).

        Raises:
            ExchangeError: It was not sent (``outcome`` not_performed), or it
                could not be found out (unknown).
        """

        async def work(attempt: Attempt) -> Answer:
            return await self._compose(where, message, attempt)

        return await self._once.run(where.context, intent, work)

    async def send_draft(
        self, where: InMailbox, message: str, intent: Intent
    ) -> Answer:
        """Send a draft, once; return how it went (`Send`).

        Raises:
            Conflict: The message is no draft.
            ExchangeError: As for `compose`.
        """

        async def work(attempt: Attempt) -> Answer:
            return await self._send_draft(where, message, attempt)

        return await self._once.run(where.context, intent, work)

    async def _compose(
        self, where: InMailbox, message: Compose, attempt: Attempt
    ) -> Answer:
        began = self.timestamp()
        try:
            draft = await self._drafts.write(where, message, attempt)
        except ExchangeError as error:
            # A draft may remain, but nothing was sent: not this time.
            raise error.with_outcome(Outcome.NOT_PERFORMED) from error
        return await self.finish(where, draft, attempt, began)

    async def finish(
        self, where: InMailbox, draft: Written, attempt: Attempt, began: str
    ) -> Answer:
        """Send what was written here once; return how it went (`Send`).

        Of what is refused, no draft is left behind.

        Args:
            where: The mailbox.
            draft: What was written, perhaps sent by an earlier attempt.
            attempt: The attempt that it is a part of.
            began: When that began, as `timestamp`.

        Raises:
            ExchangeError: As for `compose`.
        """
        try:
            delivered = await self._deliver(where, draft, attempt)
        except ExchangeError as error:
            if error.outcome is Outcome.NOT_PERFORMED:
                await self.discard(where, draft["id"])
            raise
        return self._told(draft["id"], attempt, delivered, began)

    async def _send_draft(
        self, where: InMailbox, message: str, attempt: Attempt
    ) -> Answer:
        began = self.timestamp()
        try:
            answer = await self._mail.look_at_message(where, message)
        except ItemNotFound as error:
            if not (attempt.is_in_doubt and error.is_proof):
                raise
            # No draft any more: an earlier attempt has sent it.
            gone = Delivered("verifying", 0)
            return self._told(message, attempt, gone, began)
        found = msgspec.json.decode(answer.body, type=Message)
        if not (found["is_draft"] or attempt.is_in_doubt):
            raise Conflict("The message is not a draft; it was sent already.")
        delivered = await self._deliver(where, found, attempt)
        return self._told(found["id"], attempt, delivered, began)

    async def _deliver(
        self, where: InMailbox, message: Written, attempt: Attempt
    ) -> Delivered:
        tenant = where.context.tenant
        delivery = Delivery(self._mail, self._clock, where, message["id"])
        try:
            if not message["is_draft"]:
                return Delivered("sent", 0)
            delivered = await delivery.carry_out(
                is_in_doubt=attempt.is_in_doubt
            )
        except ExchangeError as error:
            if error.outcome is not Outcome.UNKNOWN:
                self._telemetry.add(SENDS, tenant=tenant, state="failed")
                raise
            self._telemetry.add(SENDS, tenant=tenant, state="unknown")
            self._telemetry.log(
                SEND_UNKNOWN,
                tenant=tenant,
                mailbox_hash=self._telemetry.pseudonym(where.mailbox),
                send_id=attempt.marker,
                outcome=error.code,
            )
            raise
        self._telemetry.add(SENDS, tenant=tenant, state=delivered.status)
        return delivered

    async def discard(self, where: InMailbox, message: str) -> None:
        """Leave no draft behind of a message that was not sent, if possible.

        If it stays, the next request with the same Idempotency-Key uses it.
        """
        try:
            await self._mail.delete_message(where, message)
        except ExchangeError:
            return

    def _told(
        self, message: str, attempt: Attempt, delivered: Delivered, began: str
    ) -> Answer:
        send: Send = {
            "id": attempt.marker,
            "status": delivered.status,
            "message_id": message,
            "created_at": began,
            "updated_at": self.timestamp(),
            "send_at": None,
            "attempts": delivered.attempts,
            "outcome": "performed",
            "problem": None,
        }
        return Answer.of(send, etag=None, created=message)

    def timestamp(self) -> str:
        """Return the time as answers tell it."""
        return self._clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ")
