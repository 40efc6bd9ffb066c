"""Requests that are to be carried out once, however often they are made.

Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from msgspec.structs import replace

from app.clock import Clock, Deadline
from app.ledger.leases import Heartbeat, LeaseLost
from app.ledger.request_records import (
    Claim,
    Held,
    KeyName,
    Notes,
    Request,
    is_final,
    outcome_of,
    replayed,
)
from app.ledger.request_rows import RequestRows
from app.models.answers import Answer
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import InternalError
from app.problems.ledger import LedgerUnavailable
from app.problems.refusals import IdempotencyKeyInUse, IdempotencyKeyReused
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.ledger import RESULT_LOST

__all__ = ["IdempotencyLedger", "TakeDown", "Work"]

_COME_BACK = 1.0
# Seconds between looks at what another process does.
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 0.5

TakeDown = Callable[[Notes], Awaitable[None]]
"""Writes down what whoever continues must know, in place of what was."""

Work = Callable[[Claim, TakeDown], Awaitable[Answer]]
"""Carries a request out. The claim tells how the attempt before it ended, if
there was one; then it looks for what that has left behind before it acts."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A request that is being carried out, or waited for."""

    fingerprint: bytes
    task: "asyncio.Task[Answer]"


class IdempotencyLedger:
    """Carries requests out once, and remembers what was answered.

    Kept are answers and final refusals. What failed in passing and left
    nothing behind frees its key. What was or may have been carried out
    without an answer keeps it, and the next request with the key finds out:
    so does one that finds that the process which had it has gone.
    """

    def __init__(
        self, rows: RequestRows, clock: Clock, telemetry: Telemetry
    ) -> None:
        """Take the place.

        Args:
            rows: Where it is remembered.
            clock: Waits.
            telemetry: Is told when an answer could not be remembered.
        """
        self._rows = rows
        self._clock = clock
        self._telemetry = telemetry
        self._under_way: dict[KeyName, _Running] = {}
        self._claims: dict[bytes, Claim] = {}
        self._heartbeat = Heartbeat(self._renew, clock)

    async def once(
        self, request: Request, deadline: Deadline, work: Work
    ) -> Answer:
        """Return the answer to a request, carried out now or before.

        The work goes on even if the one who waits for it is cancelled.

        Raises:
            IdempotencyKeyReused: The key belongs to another request.
            IdempotencyKeyInUse: The work took longer than the deadline.
            LedgerUnavailable: It could not be written down, so that nothing
                was begun.
            ExchangeError: What the work raised, now or before.
        """
        while True:
            # Nothing is awaited before it is known who carries it out.
            running = self._under_way.get(request.name)
            if running is None or running.task.done():
                task = self._begin(request, deadline, work)
                return await _within(deadline, task)
            if running.fingerprint != request.fingerprint:
                raise IdempotencyKeyReused
            try:
                answer = await _within(deadline, running.task)
            except IdempotencyKeyInUse:
                # Perhaps it was only waited for, by who had less time.
                if not running.task.done() or not deadline.left():
                    raise
            except ExchangeError as error:
                raise replayed(error) from error
            else:
                return replace(answer, replayed=True)

    async def purge(self) -> int:
        """Forget what is too old to be replayed; return how much it was."""
        return await self._rows.purge()

    async def aclose(self) -> None:
        """Wait until everything under way has ended."""
        tasks = [running.task for running in self._under_way.values()]
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._heartbeat.aclose()

    def _begin(
        self, request: Request, deadline: Deadline, work: Work
    ) -> "asyncio.Task[Answer]":
        carry_out = self._carry_out(request, deadline, work)
        task = asyncio.create_task(carry_out)
        self._under_way[request.name] = _Running(request.fingerprint, task)
        task.add_done_callback(lambda done: self._ended(request.name, done))
        return task

    def _ended(self, name: KeyName, task: "asyncio.Task[Answer]") -> None:
        if self._under_way[name].task is task:
            del self._under_way[name]
        if not task.cancelled():
            # Looked at here, in case nobody waits any more.
            task.exception()

    async def _carry_out(
        self, request: Request, deadline: Deadline, work: Work
    ) -> Answer:
        while True:
            found = await self._claim(request, deadline)
            if isinstance(found, Answer):
                return replace(found, replayed=True)
            if isinstance(found, ExchangeError):
                raise replayed(found)
            try:
                return await self._work(request, found, work)
            except LeaseLost:
                # Somebody took it over, and will know how it ends.
                continue

    async def _claim(
        self, request: Request, deadline: Deadline
    ) -> Claim | Answer | ExchangeError:
        """Return a claim, or how the request has ended; wait for either."""
        pause, outcome = _FIRST_PAUSE, Outcome.NOT_PERFORMED
        while True:
            try:
                found = await self._rows.claim(request)
            except LedgerUnavailable as error:
                # Even if there is a claim, nothing was begun under it.
                raise error.with_outcome(outcome) from error
            if not isinstance(found, Held):
                return found
            outcome = Outcome.UNKNOWN
            if deadline.left() <= pause:
                raise _in_use()
            await self._clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _work(
        self, request: Request, claim: Claim, work: Work
    ) -> Answer:
        """Carry a request out, and take down what became of it.

        Raises:
            LeaseLost: Somebody else carries it out meanwhile.
        """
        self._claims[claim.row] = claim
        try:
            with self._heartbeat.beating():
                return await self._attempt(request, claim, work)
        finally:
            del self._claims[claim.row]

    async def _attempt(
        self, request: Request, claim: Claim, work: Work
    ) -> Answer:
        async def take_down(notes: Notes) -> None:
            try:
                await self._rows.note(claim, notes)
            except LedgerUnavailable as error:
                # What is noted beforehand is not begun without.
                raise error.with_outcome(Outcome.NOT_PERFORMED) from error

        try:
            answer = await work(claim, take_down)
        except ExchangeError as error:
            await self._end(request, claim, error)
            raise
        except LeaseLost:
            raise
        except Exception:
            broken = InternalError(outcome=Outcome.UNKNOWN)
            await self._end(request, claim, broken)
            raise
        await self._end(request, claim, answer)
        return answer

    async def _end(
        self, request: Request, claim: Claim, result: Answer | ExchangeError
    ) -> None:
        """Take down how an attempt has ended, if there is a ledger.

        If there is none the lease ends by itself, and who continues is told
        that nobody knows.
        """
        try:
            if is_final(result):
                await self._rows.keep(claim, result)
            else:
                await self._rows.release(claim, outcome_of(result))
        except LedgerUnavailable as error:
            if outcome_of(result) is not Outcome.NOT_PERFORMED:
                self._telemetry.log(
                    RESULT_LOST,
                    operation=request.operation,
                    error=type(error.__cause__).__name__,
                )

    async def _renew(self) -> None:
        await self._rows.renew(list(self._claims.values()))


async def _within(deadline: Deadline, task: "asyncio.Task[Answer]") -> Answer:
    try:
        async with asyncio.timeout(deadline.left() + _COME_BACK):
            return await asyncio.shield(task)
    except TimeoutError as e:
        raise _in_use() from e


def _in_use() -> ExchangeError:
    # Nothing was begun for this request, but the work may well be done.
    return IdempotencyKeyInUse(retry_after=_COME_BACK, outcome=Outcome.UNKNOWN)
