"""Carry requests out once, by the ``Idempotency-Key`` of their callers."""

import hashlib
import hmac
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.ledger.idempotency import IdempotencyLedger, LedgerKey
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


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a request.

    Attributes:
        marker: A name for what is made; the same at each attempt.
        before: How the attempt before it ended; None if it is the first.
    """

    marker: str
    before: Outcome | None = None

    @property
    def is_in_doubt(self) -> bool:
        """Whether an earlier attempt may have done all of it."""
        return self.before is Outcome.UNKNOWN

    @property
    def may_be_done(self) -> bool:
        """Whether what is asked for may be found done already."""
        return self.before in {Outcome.UNKNOWN, Outcome.PERFORMED}

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

    Without a key each request is a new one. With a key the marker is made of
    it, so that whatever an earlier attempt has left behind can be found.
    """

    def __init__(
        self, ledger: IdempotencyLedger, secret: bytes, telemetry: Telemetry
    ) -> None:
        self._ledger = ledger
        self._secret = secret
        self._telemetry = telemetry

    async def run(
        self,
        context: CallContext,
        intent: Intent,
        work: Callable[[Attempt], Awaitable[Answer]],
    ) -> Answer:
        """Return the answer to a request, made now or before."""
        if intent.key is None:
            return await work(Attempt(uuid.uuid4().hex))
        key = LedgerKey(context.tenant, context.principal, intent.key)
        fingerprint = self._fingerprint(key, intent)
        marker = fingerprint.hex()[:32]

        async def attempt(before: Outcome | None) -> Answer:
            this = Attempt(marker, before)
            try:
                return await work(this)
            except ExchangeError as error:
                raise this.told(error) from error

        answer = await self._ledger.once(
            key, fingerprint, context.deadline, attempt
        )
        if answer.replayed:
            self._telemetry.add(IDEMPOTENT_REPLAYS, operation=intent.operation)
        return answer

    def _fingerprint(self, key: LedgerKey, intent: Intent) -> bytes:
        digest = hmac.new(self._secret, digestmod=hashlib.sha256)
        for part in (*key, intent.operation, intent.path):
            digest.update(f"{len(part)}:{part}".encode())
        digest.update(intent.body)
        return digest.digest()
