"""Who carries sends on: for callers that wait, and when nobody does."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from app.clock import Deadline
from app.ledger.leases import Heartbeat, LeaseLost
from app.ledger.send_records import SendRecord, Stage
from app.models.context import InMailbox
from app.problems.errors import Outcome
from app.problems.failures import InternalError
from app.problems.ledger import LedgerUnavailable
from app.services.sending.course import Course
from app.services.sending.sending import Sending
from app.services.sending.submissions import Submission, kept
from app.services.sending.tools import Tools

__all__ = ["Workers"]

_LONGEST = 180.0
_POLL = 60.0
_SHORTEST = 0.05
_LOOK = 0.5
_WITHOUT_LEDGER = 5.0
# For each one that is carried on, so many may wait until a doubt ends.
_MOST_ASIDE = 8
# The service is to be up and answering before it looks for what is left over.
_SETTLE = 0.1

Housekeeping = Callable[[], Awaitable[None]]


class Workers:
    """Carries on whatever is due, so many at once, until it is closed.

    What a caller waits for is begun at once and does not count. All else is
    found in the ledger: what this process was told of, what others have left
    behind, and what was put off.
    """

    def __init__(
        self,
        tools: Tools,
        *,
        concurrency: int,
        housekeeping: Housekeeping,
    ) -> None:
        """Take the means; nothing is begun yet.

        Args:
            tools: What sends are carried on with.
            concurrency: How many are carried on that no caller waits for.
            housekeeping: Called between the looks into the ledger.
        """
        self._tools = tools
        self._heartbeat = Heartbeat(self._renew, tools.clock)
        self._claims: dict[str, SendRecord] = {}
        self._awaited: dict[str, Course] = {}
        self._looked_for: dict[str, asyncio.Event] = {}
        self._concurrency = concurrency
        self._housekeeping = housekeeping
        self._nudged = asyncio.Event()
        self._busy: set[asyncio.Task[SendRecord | None]] = set()
        self._all: set[asyncio.Task[SendRecord | None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._aside = 0
        self._is_closing = False

    def start(self) -> None:
        """Begin to look into the ledger."""
        self._loop = asyncio.create_task(self._run())

    def nudge(self) -> None:
        """Look into the ledger now: something has changed."""
        self._nudged.set()

    def begin(
        self, where: InMailbox, submission: Submission, record: SendRecord
    ) -> "asyncio.Task[SendRecord | None]":
        """Carry on what a caller waits for; it may leave meanwhile.

        Returns:
            A task that ends with how far it is; None if somebody else has
            taken it over. To be shielded by whoever waits for it.
        """
        course = Course(
            self._tools, where, submission, record, is_promised=False
        )
        self._awaited[record.id] = course
        sending = Sending(self._tools, where, submission, course)
        return self._kept(self._carry(sending, record))

    def promise(self, send: str) -> bool:
        """Note that the caller of `begin` is told that it will be sent.

        Returns:
            False if it is decided already that it will not be; the task that
            `begin` returned ends soon then.
        """
        course = self._awaited.get(send)
        return course is None or course.promise()

    async def until_carried(self, send: str, most: float) -> None:
        """Wait until this process has carried a send on, or so many seconds.

        If it has not begun soon it may be another process that does, of which
        nothing is heard here: then whoever waits is to look by itself.
        """
        carried = self._looked_for.setdefault(send, asyncio.Event())
        try:
            await _heard(carried, min(_LOOK, most))
            if send in self._claims:
                await _heard(carried, most - _LOOK)
        finally:
            self._looked_for.pop(send, None)

    async def aclose(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._is_closing = True
        self.nudge()
        if self._loop is not None:
            await self._loop
        await asyncio.gather(*self._all, return_exceptions=True)
        await self._heartbeat.aclose()

    async def _run(self) -> None:
        await _heard(self._nudged, _SETTLE)
        while not (self._is_closing or self._tools.stopping.has_begun):
            self._nudged.clear()
            pause = _WITHOUT_LEDGER
            try:
                pause = await self._take_up()
                await self._housekeeping()
            except LedgerUnavailable:
                # It is told already; it may be back by the next look.
                pass
            except Exception as error:  # noqa: BLE001 - else nothing is sent
                self._tools.reports.broken(error)
            await _heard(self._nudged, pause)

    async def _take_up(self) -> float:
        """Take up what is due; return the seconds until more may be."""
        free = self._concurrency + self._aside - len(self._busy)
        free = min(free, _MOST_ASIDE * self._concurrency - self._aside)
        if free <= 0:
            return _POLL
        here = await self._tools.lanes.here()
        claimed, soonest = await self._tools.ledger.claim_due(free, here)
        for record in claimed:
            task = self._kept(self._carry_kept(record))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        left = _POLL if soonest is None else soonest - self._tools.ledger.now()
        return min(_POLL, max(_SHORTEST, left))

    async def _carry_kept(self, record: SendRecord) -> SendRecord | None:
        """Carry on what no caller waits for."""
        deadline = Deadline(self._tools.clock, _LONGEST)
        try:
            submission, where = kept(
                record.submission or b"", record.tenant, record.id, deadline
            )
        except msgspec.DecodeError:
            return await self._unreadable(record)
        course = Course(
            self._tools, where, submission, record, is_promised=True
        )
        sending = Sending(
            self._tools, where, submission, course, self._stepping_aside
        )
        return await self._carry(sending, record)

    @contextmanager
    def _stepping_aside(self) -> Iterator[None]:
        """Let others be carried on while one can only be waited for."""
        self._aside += 1
        self.nudge()
        try:
            yield
        finally:
            self._aside -= 1

    async def _unreadable(self, record: SendRecord) -> SendRecord:
        """Give up what nobody can tell any more what it was."""
        error = InternalError("What was to be sent cannot be read any more.")
        stage = Stage.FAILED
        if record.stage.outcome is not Outcome.NOT_PERFORMED:
            stage = Stage.UNKNOWN
        problem = error.with_outcome(stage.outcome)
        ended = await self._tools.ledger.advance(
            record, stage=stage, problem=problem
        )
        self._tools.reports.advanced(ended)
        return ended

    async def _carry(
        self, sending: Sending, record: SendRecord
    ) -> SendRecord | None:
        self._claims[record.id] = record
        try:
            with self._heartbeat.beating():
                return await sending.carry_on()
        except LeaseLost:
            return None
        finally:
            # Who slept may find that this process has taken it over itself.
            if self._claims.get(record.id) is record:
                del self._claims[record.id]
            self._awaited.pop(record.id, None)
            if carried := self._looked_for.get(record.id):
                carried.set()

    async def _renew(self) -> None:
        await self._tools.ledger.renew(self._claims.values())

    def _kept(
        self, work: Coroutine[Any, Any, SendRecord | None]
    ) -> "asyncio.Task[SendRecord | None]":
        task = asyncio.create_task(work)
        self._all.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[SendRecord | None]") -> None:
        self._all.discard(task)
        # What waits behind it in its lane may have its turn.
        self.nudge()
        if not task.cancelled():
            # Looked at here, in case nobody waits for it.
            task.exception()


async def _heard(event: asyncio.Event, most: float) -> None:
    """Wait for an event, but no longer than so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(most):
            await event.wait()
