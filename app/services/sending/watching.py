"""Look where a message is that Exchange was, or may have been, asked to send.

A draft keeps its immutable id when it is sent, so that it can be looked at
before it is sent again.

Source: https://learn.microsoft.com/graph/outlook-immutable-id
"""

from enum import Enum

import msgspec

from app.clock import Clock, Interrupted, Stopping
from app.gateway.mail import MailGateway
from app.models.context import InMailbox
from app.models.mail import Message
from app.problems.errors import ExchangeError
from app.problems.failures import ServiceStopping
from app.problems.resources import ItemNotFound

__all__ = ["ONCE", "WHEN_TAKEN", "Seen", "Watch", "in_doubt"]

WHEN_TAKEN = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds between looks at a message that Exchange has taken.

It shows up in Sent Items within moments as a rule.
"""

ONCE = (0.0,)
"""A single look, at what may have arrived since."""

_SHORTEST, _LONGEST = 0.25, 30.0
# By default longer than a request to send may take to set out.
_LEAST = 1 / 4


def in_doubt(doubt: float, since: float) -> tuple[float, ...]:
    """Return the seconds before each look at what Exchange may have taken.

    It is given time before it is sent again: a draft that is on its way may
    still look like one. Nobody waits for it who could not be told to come
    back. However long it has been, it is not sent after one look: clocks are
    set, and differ.

    Args:
        doubt: For how many seconds it must go on to look like a draft.
        since: For how many it was not sent again already.
    """
    left = min(max(doubt - since, doubt * _LEAST), doubt)
    pauses, pause = [0.0], _SHORTEST
    while left > 0:
        pauses.append(min(pause, left))
        left -= pause
        pause = min(2 * pause, _LONGEST)
    return tuple(pauses)


class Seen(Enum):
    """Where a message was when it was looked at."""

    SENT = "in Sent Items"
    GONE = "neither in Drafts nor in Sent Items"
    DRAFT = "in Drafts"
    STILL_DRAFT = "in Drafts, for longer than a sent one would be"
    NOWHERE = "nobody could look"


class Watch:
    """Looks at messages of one mailbox."""

    def __init__(
        self,
        mail: MailGateway,
        where: InMailbox,
        clock: Clock,
        stopping: Stopping,
    ) -> None:
        self._mail = mail
        self._where = where
        self._clock = clock
        self._stopping = stopping

    async def look(
        self,
        message: str,
        pauses: tuple[float, ...],
        *,
        gone_will_do: bool = False,
    ) -> Seen:
        """Look until a message is in Sent Items, for as long as it pays.

        Args:
            message: The message.
            pauses: Seconds before each look.
            gone_will_do: Whether it is enough that it has left Drafts, twice
                in a row.
        """
        seen = now = Seen.NOWHERE
        for pause in pauses:
            if pause >= self._where.context.deadline.left():
                return seen
            before = now
            try:
                await self._rest(pause)
                now = await self._glance(message)
            except (Interrupted, ServiceStopping):
                return seen
            if now in {Seen.SENT, Seen.GONE}:
                self._mail.has_moved(self._where, message)
            if now is Seen.SENT or (
                gone_will_do and before is now is Seen.GONE
            ):
                return now
            seen = seen if now is Seen.NOWHERE else now
        # That it was there at first says nothing, if the last look failed.
        return Seen.STILL_DRAFT if now is Seen.DRAFT else seen

    async def look_in_doubt(
        self, message: str, doubt: float, since: float
    ) -> Seen:
        """Look for a message that may have been sent; see `in_doubt`."""
        pauses = in_doubt(doubt, since)
        return await self.look(message, pauses, gone_will_do=True)

    async def _rest(self, pause: float) -> None:
        if pause:
            with self._stopping.interruptible():
                await self._clock.sleep(pause)

    async def _glance(self, message: str) -> Seen:
        try:
            answer = await self._mail.look_at_message(self._where, message)
        except ItemNotFound as error:
            return Seen.GONE if error.is_proof else Seen.NOWHERE
        except ServiceStopping:
            raise
        except ExchangeError:
            return Seen.NOWHERE
        found = msgspec.json.decode(answer.body, type=Message)
        return Seen.DRAFT if found["is_draft"] else Seen.SENT
