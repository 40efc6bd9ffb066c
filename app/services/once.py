"""Carry requests out once, by the ``Idempotency-Key`` of their callers."""

import asyncio
import hashlib
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from app.ledger.idempotency import IdempotencyLedger, TakeDown
from app.ledger.presence import Presence
from app.ledger.request_records import Claim, KeyName, Request
from app.models.answers import Answer
from app.models.context import CallContext
from app.problems.errors import ExchangeError, Outcome
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import IDEMPOTENT_REPLAYS

__all__ = ["Attempt", "Intent", "Once"]


@dataclass(frozen=True, slots=True)
class Intent:
    """What identifies a request that is to be carried out once.

    ``operation`` is its name in the API, ``path`` and ``body`` what was
    asked for, ``key`` the caller's, if it gave one.
    """

    operation: str
    path: str
    body: bytes
    key: str | None


@dataclass(slots=True)
class Attempt:
    """One attempt at a request.

    Attributes:
        marker: A name for what is made; the same at each attempt.
        before: How the attempt before it ended; None if it is the first.
        notes: What it and the attempts before have noted; see `note`.
    """

    marker: str
    before: Outcome | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    take_down: TakeDown | None = None

    @property
    def is_in_doubt(self) -> bool:
        """Whether an earlier attempt may have done all of it."""
        return self.before is Outcome.UNKNOWN

    @property
    def may_be_done(self) -> bool:
        """Whether what is asked for may be found done already."""
        return self.before in {Outcome.UNKNOWN, Outcome.PERFORMED}

    async def note(self, **notes: Any) -> None:
        """Keep what the next attempt must know, should this one not end.

        What is noted is safe when this returns: before something is done, so
        that of what is not noted it is known that it was not begun. Without
        an ``Idempotency-Key`` there is no next attempt.

        Args:
            notes: JSON values by name, beside those noted before.

        Raises:
            LedgerUnavailable: It could not be kept; nothing is to be begun.
        """
        self.notes.update(notes)
        if self.take_down is not None:
            await self.take_down(self.notes)

    def settle(self) -> None:
        """Have what is raised from now on be true of earlier attempts too."""
        self.before = None

    def told(self, error: ExchangeError) -> ExchangeError:
        """Return how this attempt failed, true of the one before as well.

        That nothing was done this time does not settle an earlier doubt, nor
        does a doubt undo what was done.
        """
        if self.before is Outcome.PERFORMED:
            return error.with_outcome(Outcome.PERFORMED)
        if self.is_in_doubt and error.outcome is Outcome.NOT_PERFORMED:
            return error.with_outcome(Outcome.UNKNOWN)
        return error


class Once:
    """Carries requests out once, or finds out what became of them.

    Without a key each request is a new one, and what it makes has a marker of
    its own. With a key the marker is the same at each attempt, so that
    whatever an earlier one has left behind can be found. Neither is begun
    while there is no ledger.
    """

    def __init__(
        self,
        ledger: IdempotencyLedger,
        presence: Presence,
        telemetry: Telemetry,
    ) -> None:
        self._ledger = ledger
        self._presence = presence
        self._telemetry = telemetry
        self._under_way: set[asyncio.Task[Answer]] = set()

    @property
    def is_ledger_lost(self) -> bool:
        """Whether requests are refused now, as far as is known."""
        return self._presence.is_lost

    async def run(
        self,
        context: CallContext,
        intent: Intent,
        work: Callable[[Attempt], Awaitable[Answer]],
        *,
        is_noted: bool = False,
    ) -> Answer:
        """Return the answer to a request, made now or before.

        Args:
            context: Who asks.
            intent: What for.
            work: Carries the request out.
            is_noted: Whether the work notes something before it acts. What
                an attempt without notes has left undone, it has not begun.
        """
        if intent.key is None:
            return await self._to_the_end(work)

        async def attempt(claim: Claim, take_down: TakeDown) -> Answer:
            is_begun = claim.notes or not is_noted
            before = claim.before if is_begun else None
            notes = dict(claim.notes)
            this = Attempt(claim.marker, before, notes, take_down)
            try:
                return await work(this)
            except ExchangeError as error:
                raise this.told(error) from error

        name = KeyName(
            context.tenant, context.principal, context.caller, intent.key
        )
        request = Request(name, intent.operation, _fingerprint(intent))
        answer = await self._ledger.once(request, context.deadline, attempt)
        if answer.replayed:
            self._telemetry.add(IDEMPOTENT_REPLAYS, operation=intent.operation)
        return answer

    async def aclose(self) -> None:
        """Wait until everything under way without a key has ended."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _to_the_end(
        self, work: Callable[[Attempt], Awaitable[Answer]]
    ) -> Answer:
        """Carry out a request without a key; its caller may leave."""

        async def attempt() -> Answer:
            await self._presence.expect()
            return await work(Attempt(uuid.uuid4().hex))

        task = asyncio.create_task(attempt())
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: "asyncio.Task[Answer]") -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            # Looked at here, in case nobody waits any more.
            task.exception()


def _fingerprint(intent: Intent) -> bytes:
    """Return what tells a request from others of the same caller."""
    digest = hashlib.sha256()
    for part in (intent.operation, intent.path):
        digest.update(f"{len(part)}:{part}".encode())
    digest.update(intent.body)
    return digest.digest()
