"""Send messages so that each is in Sent Items once.

Exchange offers no way to say "send this, but only once", and its 504 is
known to arrive for mail that was sent. So a message is first made a draft,
whose immutable id it keeps for life, then that draft is sent, and then it is
looked at: asking twice to send one draft sends one message, and what became
of it can always be seen.

Source: https://learn.microsoft.com/graph/outlook-immutable-id
"""

from dataclasses import dataclass
from enum import Enum

import msgspec

from app.clock import Clock
from app.gateway.mail import MailGateway
from app.models.answers import Answer
from app.models.compose import Compose
from app.models.context import InMailbox
from app.models.mail import Message, Send
from app.problems.errors import ExchangeError, Outcome
from app.problems.resources import Conflict, ItemNotFound
from app.services.drafts import DraftService
from app.services.once import Attempt, Intent, Once
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import SEND_UNKNOWN
from app.telemetry.signals.metrics import SENDS

__all__ = ["SendService"]

# Seconds between looks at a message. What Exchange has taken is there within
# moments as a rule; what it may not have taken is given time to show up
# before it is sent again.
_LOOKS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
_MOST_SENDS = 2


class _Seen(Enum):
    """Where a message was when last looked at."""

    SENT = "in Sent Items"
    GONE = "neither in Drafts nor in Sent Items"
    DRAFT = "in Drafts"
    NOTHING = "nobody could look"


@dataclass(slots=True)
class _Sending:
    """The sending of one message."""

    where: InMailbox
    marker: str
    message: str
    created_at: str
    attempts: int = 0


class SendService:
    """Sends messages and finds out what became of them."""

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
        began = self._timestamp()
        try:
            draft = await self._drafts.write(where, message, attempt)
        except ExchangeError as error:
            # A draft may remain, but nothing was sent.
            error.outcome = Outcome.NOT_PERFORMED
            raise
        made = msgspec.json.decode(draft.body, type=Message)
        sending = _Sending(where, attempt.marker, made["id"], began)
        if not made["is_draft"]:
            return self._ended(sending, "sent")
        try:
            return await self._deliver(sending)
        except ExchangeError as error:
            if error.outcome is Outcome.NOT_PERFORMED:
                await self._discard(sending)
            raise

    async def _send_draft(
        self, where: InMailbox, message: str, attempt: Attempt
    ) -> Answer:
        began = self._timestamp()
        answer = await self._mail.look_at_message(where, message)
        found = msgspec.json.decode(answer.body, type=Message)
        sending = _Sending(where, attempt.marker, found["id"], began)
        if found["is_draft"]:
            return await self._deliver(sending)
        if attempt.is_repeated:
            return self._ended(sending, "sent")
        raise Conflict("The message is not a draft; it was sent already.")

    async def _deliver(self, sending: _Sending) -> Answer:
        """Have the draft sent and see to it that it was."""
        while True:
            doubt = await self._send(sending)
            seen = await self._watch(sending)
            if seen is _Seen.SENT:
                return self._ended(sending, "sent")
            if doubt is None or seen is _Seen.GONE:
                # Exchange has taken it; its copy is yet to appear.
                return self._ended(sending, "verifying")
            if seen is _Seen.NOTHING or sending.attempts >= _MOST_SENDS:
                self._unknown(sending, doubt)
                raise doubt

    async def _send(self, sending: _Sending) -> ExchangeError | None:
        """Ask Exchange once; return what leaves it open whether it heard.

        Raises:
            ExchangeError: The message was certainly not sent.
        """
        sending.attempts += 1
        try:
            await self._mail.send_draft(sending.where, sending.message)
        except ItemNotFound as error:
            if sending.attempts == 1:
                self._count(sending, "failed")
                raise
            return error
        except ExchangeError as error:
            if error.outcome is not Outcome.UNKNOWN:
                self._count(sending, "failed")
                raise
            return error
        return None

    async def _watch(self, sending: _Sending) -> _Seen:
        """Look until the message is in Sent Items, or for some seconds."""
        seen = _Seen.NOTHING
        deadline = sending.where.context.deadline
        for pause in _LOOKS:
            if pause >= deadline.left():
                break
            if pause:
                await self._clock.sleep(pause)
            now = await self._look(sending)
            if now is _Seen.SENT:
                return now
            seen = seen if now is _Seen.NOTHING else now
        return seen

    async def _look(self, sending: _Sending) -> _Seen:
        try:
            answer = await self._mail.look_at_message(
                sending.where, sending.message
            )
        except ItemNotFound:
            return _Seen.GONE
        except ExchangeError:
            return _Seen.NOTHING
        found = msgspec.json.decode(answer.body, type=Message)
        return _Seen.DRAFT if found["is_draft"] else _Seen.SENT

    async def _discard(self, sending: _Sending) -> None:
        """Leave no draft behind of a message that was not sent, if possible.

        If it stays, the next request with the same Idempotency-Key uses it.
        """
        try:
            await self._mail.delete_message(sending.where, sending.message)
        except ExchangeError:
            return

    def _ended(self, sending: _Sending, status: str) -> Answer:
        self._count(sending, status)
        send: Send = {
            "id": sending.marker,
            "status": "sent" if status == "sent" else "verifying",
            "message_id": sending.message,
            "created_at": sending.created_at,
            "updated_at": self._timestamp(),
            "send_at": None,
            "attempts": sending.attempts,
            "outcome": "performed",
            "problem": None,
        }
        return Answer.of(send, etag=None, created=sending.message)

    def _unknown(self, sending: _Sending, doubt: ExchangeError) -> None:
        doubt.outcome = Outcome.UNKNOWN
        self._count(sending, "unknown")
        self._telemetry.log(
            SEND_UNKNOWN,
            tenant=sending.where.context.tenant,
            mailbox_hash=self._telemetry.pseudonym(sending.where.mailbox),
            send_id=sending.marker,
            outcome=doubt.code,
        )

    def _count(self, sending: _Sending, state: str) -> None:
        tenant = sending.where.context.tenant
        self._telemetry.add(SENDS, tenant=tenant, state=state)

    def _timestamp(self) -> str:
        return self._clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ")
