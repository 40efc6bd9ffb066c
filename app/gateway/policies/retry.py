"""Policy: repeat a request that failed for a passing reason."""

from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from app.clock import Clock
from app.gateway.calls import GraphCall, Reply, ScopeKey, Send
from app.gateway.policies.backoff import Backoff
from app.gateway.policies.budget import RetryBudget
from app.gateway.policies.eligibility import (
    may_repeat,
    wants_fresh_connection,
    was_never_sent,
)
from app.gateway.policies.waiting import Waits
from app.keyed import Keyed
from app.models.context import CallContext, Criticality
from app.problems.errors import ExchangeError, Outcome
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import BUDGET_EXHAUSTED, GRAPH_RETRIES

__all__ = ["Retry", "RetryLimits"]

_MORE_IN_THE_BACKGROUND = 2

# What never left this machine costs Graph nothing, so that the first time it
# is repeated for free (gRPC's "transparent retry").
_FREE_REPEATS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLimits:
    """``attempts`` at most; no wait above ``longest_wait`` seconds.

    Where nobody sits and waits, two more attempts are made.
    """

    attempts: int
    longest_wait: float

    def attempts_of(self, context: CallContext) -> int:
        """Return how many requests may be made for a call."""
        if context.criticality is Criticality.INTERACTIVE:
            return self.attempts
        return self.attempts + _MORE_IN_THE_BACKGROUND


class Retry:
    """Repeats a request while that is safe, useful, in time and affordable.

    A wait that would outlast the caller's deadline is not begun: the error
    goes up at once, its ``retry_after`` intact, so that the caller can be
    told when to come back.
    """

    def __init__(
        self,
        backoff: Backoff,
        limits: RetryLimits,
        *,
        budgets: Keyed[ScopeKey, RetryBudget],
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._backoff = backoff
        self._limits = limits
        self._budgets = budgets
        self._clock = clock
        self._waits = Waits(clock, telemetry)
        self._telemetry = telemetry

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call until it succeeds or repeating it cannot help."""
        self._budgets[call.health].earn(self._clock.now())
        repeats = _Repeats(send)
        try:
            try:
                return await repeats.send(call)
            except ExchangeError as error:
                return await self._again(call, repeats, error)
        except ExchangeError as error:
            error.attempts = call.tally.sent
            if call.tally.in_doubt and error.outcome is Outcome.NOT_PERFORMED:
                # This one was refused; an earlier one may not have been.
                error.outcome = Outcome.UNKNOWN
            raise

    async def _again(
        self, call: GraphCall, repeats: "_Repeats", first: ExchangeError
    ) -> Reply:
        """Repeat a call that has failed once; most calls never do."""
        # Tenacity's objects refer to each other, so that they, and what they
        # know, stay until the garbage is collected. A body is too much then.
        known = replace(call, body=None)
        retrying = AsyncRetrying(
            # Nothing else is ever repeated; cancellation is none of it.
            retry=retry_if_exception_type(ExchangeError),
            wait=lambda state: self._backoff.wait_after(
                max(1, repeats.untold), _error(state)
            ),
            stop=lambda state: self._stops(known, repeats, state),
            sleep=partial(self._waits.sleep, known, "backoff"),
            reraise=True,
        )
        return await retrying(repeats.after(first), call)

    def _stops(
        self, call: GraphCall, repeats: "_Repeats", state: RetryCallState
    ) -> bool:
        """Decide whether to give up; the budget is asked last."""
        error = _error(state)
        demanded = error.retry_after or 0.0
        if (
            call.once
            or not may_repeat(call.operation.idempotency, error)
            or repeats.counted >= self._limits.attempts_of(call.context)
            or demanded > self._limits.longest_wait
            or max(state.upcoming_sleep, demanded) >= call.deadline.left()
            or not (repeats.is_free or self._is_affordable(call, error))
        ):
            return True
        self._telemetry.add(
            GRAPH_RETRIES,
            tenant=call.context.tenant,
            workload=call.operation.workload,
            operation=call.operation.name,
            reason=error.code,
        )
        return False

    def _is_affordable(self, call: GraphCall, error: ExchangeError) -> bool:
        if self._budgets[call.health].take(self._clock.now()):
            return True
        error.budget_exhausted = True
        self._telemetry.add(
            BUDGET_EXHAUSTED,
            tenant=call.context.tenant,
            workload=call.operation.workload,
        )
        return False


class _Repeats:
    """Sends one call again and again, and learns from how that ends.

    Attributes:
        counted: The requests that count as attempts.
        is_free: Whether the last one counts as none: it was never sent.
        untold: Failures in a row without a Retry-After; being told one
            starts the backoff anew, for it tells how things stand.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._fresh_connection = False
        self._free = _FREE_REPEATS
        self.counted = 0
        self.is_free = False
        self.untold = 0

    def after(self, first: ExchangeError) -> Send:
        """Return a way to send that begins with how the first one ended."""
        ended: list[ExchangeError] = [first]

        async def send(call: GraphCall) -> Reply:
            if ended:
                raise ended.pop()
            return await self.send(call)

        return send

    async def send(self, call: GraphCall) -> Reply:
        """Send the call once more, and note how that ends."""
        if self._fresh_connection:
            call = replace(call, fresh_connection=True)
        try:
            return await self._send(call)
        except ExchangeError as error:
            call.tally.in_doubt |= error.outcome is Outcome.UNKNOWN
            self._fresh_connection = wants_fresh_connection(error)
            self.is_free = self._free > 0 and was_never_sent(error)
            self._free -= self.is_free
            self.counted += not self.is_free
            is_told = error.retry_after is not None
            self.untold = 0 if is_told else self.untold + 1
            raise


def _error(state: RetryCallState) -> ExchangeError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, ExchangeError):
        raise TypeError("only an ExchangeError is ever repeated") from error
    return error
