"""Carry one send on, from wherever it is.

A message is first made a draft that bears the name of the send, then that
draft is sent, and then it is looked for. Each step is written down before the
next one, so that it can be found out at every point what was left behind,
before anything is done again. Exchange offers no way to say "send this, but
only once", and its 504 is known to arrive for mail that was sent.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from math import inf

from app.clock import Deadline
from app.ledger.leases import LEASE, LeaseLost
from app.ledger.send_records import SendRecord, Stage
from app.models.context import InMailbox
from app.problems.callers import CallerUnauthenticated
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import DeadlineExceeded, InternalError
from app.problems.ledger import LedgerUnavailable
from app.services.once import Attempt
from app.services.sending.course import Course
from app.services.sending.prospects import (
    GONE_FOR_GOOD,
    MOST_LOOKS,
    next_look,
)
from app.services.sending.submissions import Submission
from app.services.sending.tools import Tools
from app.services.sending.watching import ONCE, WHEN_TAKEN, Seen, Watch

__all__ = ["Sending"]

_MOST_REQUESTS = 2
# Seconds that a request to send may take, its waits included. It ends before
# the claim does under which it was made, however long the process slept: who
# takes over finds nothing still to set out.
_SETS_OUT = LEASE - 3.0
_NOT_SEEN = "Exchange has taken it, and it was not seen in Sent Items since."


class Sending:
    """One send, as far as it is carried on under one claim."""

    def __init__(
        self,
        tools: Tools,
        where: InMailbox,
        submission: Submission,
        course: Course,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Take over.

        Args:
            tools: What to do it with.
            where: The mailbox, and by when to have ended.
            submission: What is to be sent.
            course: How far it is.
            aside: Entered while nothing is done but wait until a doubt ends.
        """
        self._tools = tools
        self._where = where
        self._submission = submission
        self._course = course
        self._aside = aside
        self._is_in_doubt = course.record.stage is Stage.SENDING
        # Whoever wrote that may have waited, and asked again, until then.
        self._asked_at = course.record.updated_at + _SETS_OUT
        self._was_just_taken = course.record.stage is not Stage.VERIFYING
        self._watch = Watch(tools.mail, where, tools.clock, tools.stopping)

    async def carry_on(self) -> SendRecord:
        """Carry it on as far as it goes now; return how far that is.

        What has not ended then is to be carried on later, by whoever can.

        Raises:
            LeaseLost: Somebody else carries it on.
        """
        # Without the ledger the claim ends by itself; whoever has the next
        # one looks first.
        with suppress(LedgerUnavailable):
            try:
                await self._steps()
            except (LedgerUnavailable, LeaseLost):
                raise
            except ExchangeError as error:
                await self._hold_up(error)
            except Exception as error:  # noqa: BLE001 - else its lane stands
                self._tools.reports.broken(error, self._record.id)
                await self._hold_up(InternalError())
        return self._record

    async def _steps(self) -> None:
        # Without a token nothing can be done, nor looked at.
        await self._tools.rights.lasting(self._where.context)
        if self._record.stage is Stage.QUEUED:
            await self._write()
        if not self._record.stage.has_ended:
            await self._deliver()

    async def _write(self) -> None:
        attempt = Attempt(self._record.id, self._record.before)
        draft = await self._tools.writer.write(
            self._where, self._submission, attempt
        )
        stage = Stage.DRAFTED if draft["is_draft"] else Stage.SENT
        await self._course.advance(stage, message_id=draft["id"], before=None)

    async def _deliver(self) -> None:
        """Have it sent, and look where it is; do it again if it is safe."""
        doubt: ExchangeError | None = None
        most = self._record.attempts + _MOST_REQUESTS
        if self._record.stage is Stage.DRAFTED:
            doubt = await self._request()
        elif self._is_in_doubt:
            doubt = DeadlineExceeded(outcome=Outcome.UNKNOWN)
        while doubt is not None and await self._is_unsent(doubt):
            if self._record.attempts >= most:
                raise doubt
            doubt = await self._request()
        if not self._record.stage.has_ended:
            await self._verify()

    async def _is_unsent(self, doubt: ExchangeError) -> bool:
        """Tell whether a draft that may have been sent was not.

        Raises:
            ExchangeError: The doubt stays, or was a refusal, and true.
        """
        # It was refused when there was no doubt left but its own.
        is_refused = doubt.outcome is Outcome.NOT_PERFORMED
        since = inf if is_refused else self._now - self._asked_at
        with self._aside():
            seen = await self._watch.look_in_doubt(
                self._message, self._tools.doubt, since
            )
        if seen is Seen.SENT:
            await self._course.advance(Stage.SENT)
        elif seen is Seen.GONE:
            await self._course.advance(Stage.VERIFYING, failures=0)
        elif seen is not Seen.STILL_DRAFT:
            raise doubt
        elif is_refused:
            self._is_in_doubt = False
            raise doubt
        return seen is Seen.STILL_DRAFT

    async def _request(self) -> ExchangeError | None:
        """Ask Exchange once; return what leaves it open whether it heard.

        Raises:
            ExchangeError: The message was certainly not sent.
        """
        attempts = self._record.attempts + 1
        # Its time begins before the claim's: to write may take long.
        where = self._where.until(Deadline(self._tools.clock, _SETS_OUT))
        await self._course.advance(
            Stage.SENDING, attempts=attempts, lease_until=self._now + LEASE
        )
        was_in_doubt, self._is_in_doubt = self._is_in_doubt, True
        try:
            await self._tools.mail.send_draft(where, self._message)
        except ExchangeError as error:
            # A refusal may be because of what an earlier request did.
            if not was_in_doubt and error.outcome is not Outcome.UNKNOWN:
                self._is_in_doubt = False
                raise
            self._asked_at = self._now
            return error
        # True from now on, whether it can be written down or not.
        self._course.record = replace(self._record, stage=Stage.VERIFYING)
        await self._course.advance(Stage.VERIFYING, failures=0)
        return None

    async def _verify(self) -> None:
        """Look for what Exchange has taken, and end or come back later."""
        pauses = WHEN_TAKEN if self._was_just_taken else ONCE
        seen = await self._watch.look(self._message, pauses)
        looks = self._record.failures
        if seen is Seen.SENT or (seen is Seen.GONE and looks > GONE_FOR_GOOD):
            await self._course.advance(Stage.SENT)
            return
        stays = seen is Seen.STILL_DRAFT and looks > MOST_LOOKS
        if stays or self._tools.prospects.is_over(self._record, self._now):
            error = DeadlineExceeded(_NOT_SEEN, outcome=Outcome.UNKNOWN)
            await self._course.end(Stage.UNKNOWN, error)
            return
        pause = 0.0 if self._tools.stopping.has_begun else next_look(looks)
        await self._course.put_off(pause, failures=looks + 1)

    async def _hold_up(self, error: ExchangeError) -> None:
        """Put it off, or end it, after an error."""
        tools = self._tools
        stage = tools.prospects.stage(
            self._record,
            error,
            self._now,
            is_in_doubt=self._is_in_doubt,
            is_promised=self._course.is_promised,
        )
        if stage.has_ended:
            await self._course.end(stage, error)
            return
        pause = tools.prospects.pause(self._record, error)
        if tools.stopping.has_begun:
            # Not its own fault: the next process carries it on at once.
            pause = 0.0
        tools.reports.deferred(self._record, error, pause)
        await self._course.put_off(
            pause,
            problem=error,
            stage=stage,
            failures=tools.prospects.failures(self._record, error),
            before=error.outcome if stage is Stage.QUEUED else None,
            away=isinstance(error, CallerUnauthenticated),
        )

    @property
    def _record(self) -> SendRecord:
        return self._course.record

    @property
    def _message(self) -> str:
        return self._record.message_id or ""

    @property
    def _now(self) -> float:
        return self._tools.ledger.now()
