"""Have something done with an event, and find out what became of it.

Graph offers no way to say "do this, but only once", and what is done with
events mails somebody. When it leaves open whether it has heard, the event is
looked at before anything is done again: it shows answers, it is gone once it
was declined or cancelled, and it tells who was invited.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

import msgspec

from app.clock import Clock
from app.gateway.calendar import CalendarGateway
from app.models.calendar.events import Event
from app.models.context import InMailbox
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import DeadlineExceeded, ServiceStopping
from app.problems.resources import ItemNotFound
from app.services.once import Attempt

__all__ = ["Acting", "Deed"]

# Seconds between looks at an event that may yet change.
_LOOKS = (0.0, 0.5, 1.0, 2.0)
_CLOCKS_DIFFER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to be done with an event.

    Attributes:
        act: Asks Graph to do it.
        is_done: Tells by an event, None if it is gone, whether it was done
            since a moment.
        most: How often Graph may be asked to, if it is seen not to have done
            it; once for what need not leave a trace.
    """

    act: Callable[[], Awaitable[None]]
    is_done: Callable[[Event | None, datetime], bool]
    most: int


class _Seen(Enum):
    """What looking at an event has shown."""

    DONE = "it was done"
    UNDONE = "it was not, for as long as it was looked at"
    NOTHING = "nobody could look"


class Acting:
    """Has things done with one event."""

    def __init__(
        self,
        calendars: CalendarGateway,
        clock: Clock,
        where: InMailbox,
        event: str,
    ) -> None:
        self._calendars = calendars
        self._clock = clock
        self._where = where
        self._event = event

    async def carry_out(self, deed: Deed, attempt: Attempt) -> int:
        """Do something; return how often Graph was asked to.

        Args:
            deed: What to do.
            attempt: The attempt of which it is all; it notes when it began.

        Raises:
            ExchangeError: It was not done (``outcome`` not_performed), or it
                could not be found out (unknown).
        """
        asked = 0
        doubt: ExchangeError = DeadlineExceeded(
            "It could not be found out whether an earlier request did it."
        )
        most, seen = deed.most, _Seen.UNDONE
        is_in_doubt = attempt.may_be_done
        if is_in_doubt:
            most -= 1
            first = datetime.fromtimestamp(attempt.notes["began"], UTC)
            seen = await self._watch(deed, first)
        else:
            began = self._clock.wall() - _CLOCKS_DIFFER
            await attempt.note(began=began.timestamp())
        while seen is _Seen.UNDONE and asked < most:
            asked += 1
            began = self._clock.wall() - _CLOCKS_DIFFER
            found = await self._try(deed, is_in_doubt=is_in_doubt or asked > 1)
            if found is None:
                return asked
            doubt = found
            seen = await self._watch(deed, began)
        if seen is _Seen.DONE:
            return asked
        raise doubt.with_outcome(Outcome.UNKNOWN)

    async def _try(
        self, deed: Deed, *, is_in_doubt: bool
    ) -> ExchangeError | None:
        """Ask Graph once; return what leaves it open whether it heard.

        Raises:
            ExchangeError: It was certainly not done.
        """
        try:
            await deed.act()
        except ExchangeError as error:
            # A refusal now may be because of what an earlier attempt did.
            if error.outcome is Outcome.UNKNOWN or is_in_doubt:
                return error
            raise
        return None

    async def _watch(self, deed: Deed, since: datetime) -> _Seen:
        """Look until it is done, for as long as it pays."""
        seen = _Seen.NOTHING
        for pause in _LOOKS:
            if pause >= self._where.context.deadline.left():
                return _Seen.NOTHING
            if pause:
                await self._clock.sleep(pause)
            try:
                found = await self._look()
            except ServiceStopping:
                return _Seen.NOTHING
            except ExchangeError:
                continue
            if deed.is_done(found, since):
                return _Seen.DONE
            seen = _Seen.UNDONE
        return seen

    async def _look(self) -> Event | None:
        try:
            answer = await self._calendars.look_at_event(
                self._where, self._event
            )
        except ItemNotFound as error:
            if error.is_proof:
                return None
            raise
        return msgspec.json.decode(answer.body, type=Event)
