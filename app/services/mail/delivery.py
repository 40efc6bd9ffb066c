"""Have one draft sent, and find out what became of it.

Exchange offers no way to say "send this, but only once", and its 504 is
known to arrive for mail that was sent. But a draft keeps its immutable id
when it is sent, so that it can be looked at before it is sent again.

Source: https://learn.microsoft.com/graph/outlook-immutable-id
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

import msgspec

from app.clock import Clock
from app.gateway.mail import MailGateway
from app.models.context import InMailbox
from app.models.mail import Message
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import DeadlineExceeded, ServiceStopping
from app.problems.resources import ItemNotFound

__all__ = ["Delivered", "Delivery"]

# Seconds between looks at a message. What Exchange has taken shows up within
# moments as a rule. What it may have taken is given longer before it is sent
# again: a draft that is on its way may still look like one.
_WHEN_TAKEN = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
_IN_DOUBT = (*_WHEN_TAKEN, 8.0)
_MOST_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a delivery went well.

    ``verifying`` means that Exchange has the message and its copy in Sent
    Items was not to be seen yet. ``attempts`` counts how often Exchange was
    asked to send it.
    """

    status: Literal["sent", "verifying"]
    attempts: int


class _Seen(Enum):
    """Where a message was when it was looked at."""

    SENT = "in Sent Items"
    GONE = "neither in Drafts nor in Sent Items"
    DRAFT = "in Drafts"
    STILL_DRAFT = "in Drafts, for longer than a sent one would be"
    NOWHERE = "nobody could look"


class Delivery:
    """The delivery of one draft."""

    def __init__(
        self, mail: MailGateway, clock: Clock, where: InMailbox, message: str
    ) -> None:
        self._mail = mail
        self._clock = clock
        self._where = where
        self._message = message
        self._attempts = 0
        self._is_in_doubt = False

    async def carry_out(self, *, is_in_doubt: bool) -> Delivered:
        """Send the draft; look first if an earlier request may have sent it.

        Raises:
            ExchangeError: It was not sent (``outcome`` not_performed), or it
                could not be found out (unknown).
        """
        doubt: ExchangeError | None = DeadlineExceeded()
        self._is_in_doubt = is_in_doubt
        if not is_in_doubt:
            doubt = await self._send()
        while True:
            looks = _WHEN_TAKEN if doubt is None else _IN_DOUBT
            seen = await self._watch(looks)
            if seen is _Seen.SENT:
                return Delivered("sent", self._attempts)
            if doubt is None or seen is _Seen.GONE:
                return Delivered("verifying", self._attempts)
            if seen is not _Seen.STILL_DRAFT:
                raise doubt.with_outcome(Outcome.UNKNOWN)
            if self._attempts >= _MOST_ATTEMPTS:
                raise doubt.with_outcome(Outcome.UNKNOWN)
            doubt = await self._send()

    async def _send(self) -> ExchangeError | None:
        """Ask Exchange once; return what leaves it open whether it heard.

        Raises:
            ExchangeError: The message was certainly not sent.
        """
        self._attempts += 1
        try:
            await self._mail.send_draft(self._where, self._message)
        except ExchangeError as error:
            if not self._is_in_doubt and error.outcome is not Outcome.UNKNOWN:
                raise
            # A refusal now may be because of what an earlier attempt did.
            self._is_in_doubt = True
            return error
        return None

    async def _watch(self, looks: tuple[float, ...]) -> _Seen:
        """Look until the message is in Sent Items, for as long as it pays."""
        seen = _Seen.NOWHERE
        for pause in looks:
            if pause >= self._where.context.deadline.left():
                return seen
            if pause:
                await self._clock.sleep(pause)
            try:
                now = await self._look()
            except ServiceStopping:
                return seen
            if now in {_Seen.SENT, _Seen.GONE}:
                self._mail.has_moved(self._where, self._message)
            if now is _Seen.SENT:
                return now
            seen = seen if now is _Seen.NOWHERE else now
        return _Seen.STILL_DRAFT if seen is _Seen.DRAFT else seen

    async def _look(self) -> _Seen:
        try:
            answer = await self._mail.look_at_message(
                self._where, self._message
            )
        except ItemNotFound as error:
            return _Seen.GONE if error.is_proof else _Seen.NOWHERE
        except ServiceStopping:
            raise
        except ExchangeError:
            return _Seen.NOWHERE
        found = msgspec.json.decode(answer.body, type=Message)
        return _Seen.DRAFT if found["is_draft"] else _Seen.SENT
