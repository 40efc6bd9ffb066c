"""Requests that are to be carried out once, however often they are made.

Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/

This ledger lives in the memory of one process.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from cachetools import TTLCache

from app.clock import Clock, Deadline
from app.models.answers import Answer
from app.problems.errors import ExchangeError, Outcome
from app.problems.refusals import IdempotencyKeyInUse, IdempotencyKeyReused

__all__ = ["IdempotencyLedger", "LedgerKey", "Work"]

_KEPT_FOR = 86_400.0
_MOST_KEYS = 100_000
_MOST_BYTES = 64 * 1024 * 1024
_OVERHEAD = 512
_COME_BACK = 1.0

Work = Callable[[Outcome | None], Awaitable[Answer]]
"""Carries a request out. It is told how the attempt before it ended, if there
was one, and then looks for what that has left behind before it acts."""


class LedgerKey(NamedTuple):
    """A key is good for one tenant and principal."""

    tenant: str
    principal: str
    key: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """How a request ended, or None while it is under way or undecided."""

    fingerprint: bytes
    result: Answer | ExchangeError | None


@dataclass(frozen=True, slots=True)
class _Running:
    """A request that is being carried out."""

    fingerprint: bytes
    task: "asyncio.Task[Answer]"


class IdempotencyLedger:
    """Remembers for a day what was answered to each key.

    Kept are answers and final refusals. What failed in passing and left
    nothing behind frees its key. What was or may have been carried out
    without an answer keeps it, and the next request with the key finds out.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: TTLCache[LedgerKey, _Entry] = TTLCache(
            _MOST_BYTES, _KEPT_FOR, timer=clock.now, getsizeof=_size
        )
        self._attempts: TTLCache[tuple[LedgerKey, bytes], Outcome] = TTLCache(
            _MOST_KEYS, _KEPT_FOR, timer=clock.now
        )
        self._under_way: dict[LedgerKey, _Running] = {}

    async def once(
        self,
        key: LedgerKey,
        fingerprint: bytes,
        deadline: Deadline,
        work: Work,
    ) -> Answer:
        """Return the answer to a request, carried out now or before.

        The work goes on even if the one who waits for it is cancelled.

        Raises:
            IdempotencyKeyReused: The key belongs to another request.
            IdempotencyKeyInUse: The work took longer than the deadline.
            ExchangeError: What the work raised, now or before.
        """
        running = self._under_way.get(key)
        entry = self._entries.get(key)
        for known in (running, entry):
            if known and known.fingerprint != fingerprint:
                raise IdempotencyKeyReused
        if running:
            answer = await _within(deadline, running.task)
            return replace(answer, replayed=True)
        if entry and entry.result is not None:
            return _again(entry.result)
        return await _within(deadline, self._begin(key, fingerprint, work))

    async def aclose(self) -> None:
        """Wait until everything under way has ended."""
        tasks = [running.task for running in self._under_way.values()]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(
        self, key: LedgerKey, fingerprint: bytes, work: Work
    ) -> "asyncio.Task[Answer]":
        before = self._attempts.get((key, fingerprint))
        # As long as nothing better is known, and if it never will be.
        self._attempts[key, fingerprint] = Outcome.UNKNOWN
        self._entries[key] = _Entry(fingerprint, None)

        async def run() -> Answer:
            try:
                answer = await work(before)
            except ExchangeError as error:
                self._failed(key, fingerprint, error)
                raise
            self._keep(key, _Entry(fingerprint, answer))
            return answer

        task = asyncio.create_task(run())
        self._under_way[key] = _Running(fingerprint, task)
        task.add_done_callback(lambda done: self._ended(key, done))
        return task

    def _failed(
        self, key: LedgerKey, fingerprint: bytes, error: ExchangeError
    ) -> None:
        self._attempts[key, fingerprint] = error.outcome
        if error.outcome is not Outcome.NOT_PERFORMED:
            return
        if error.retryable:
            self._entries.pop(key, None)
        else:
            self._keep(key, _Entry(fingerprint, error))

    def _keep(self, key: LedgerKey, entry: _Entry) -> None:
        if _size(entry) <= _MOST_BYTES:
            self._entries[key] = entry

    def _ended(self, key: LedgerKey, task: "asyncio.Task[Answer]") -> None:
        del self._under_way[key]
        if not task.cancelled():
            # Looked at here, in case nobody waits any more.
            task.exception()


async def _within(deadline: Deadline, task: "asyncio.Task[Answer]") -> Answer:
    try:
        async with asyncio.timeout(deadline.left() + _COME_BACK):
            return await asyncio.shield(task)
    except TimeoutError as e:
        raise IdempotencyKeyInUse(retry_after=_COME_BACK) from e


def _again(result: Answer | ExchangeError) -> Answer:
    if isinstance(result, ExchangeError):
        raise result.again()
    return replace(result, replayed=True)


def _size(entry: _Entry) -> int:
    body = entry.result.body if isinstance(entry.result, Answer) else b""
    return len(body) + _OVERHEAD
