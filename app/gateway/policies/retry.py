"""Policy: repeat a request that failed for a passing reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from app.clock import Clock
from app.gateway.calls import GraphCall, Reply, ScopeKey, Send
from app.gateway.policies.backoff import Backoff
from app.gateway.policies.budget import RetryBudget
from app.gateway.policies.eligibility import may_repeat
from app.problems.errors import ExchangeError, Outcome
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import GRAPH_RETRIES, GRAPH_WAIT

__all__ = ["Retry", "RetryLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLimits:
    """``attempts`` at most; no wait above ``longest_wait`` seconds."""

    attempts: int
    longest_wait: float


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
        budgets: Mapping[ScopeKey, RetryBudget],
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._backoff = backoff
        self._limits = limits
        self._budgets = budgets
        self._clock = clock
        self._telemetry = telemetry

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call until it succeeds or repeating it cannot help."""
        self._budgets[call.health].earn()
        retrying = AsyncRetrying(
            # Nothing else is ever repeated; cancellation is none of it.
            retry=retry_if_exception_type(ExchangeError),
            wait=self._waits(),
            stop=self._stops(call),
            sleep=lambda seconds: self._sleep(call, seconds),
            reraise=True,
        )
        doubt = _Doubt(send)
        try:
            return await retrying(doubt.send, call)
        except ExchangeError as error:
            error.attempts = call.tally.sent
            if doubt.exists and error.outcome is Outcome.NOT_PERFORMED:
                # This one was refused; an earlier one may not have been.
                error.outcome = Outcome.UNKNOWN
            raise

    def _waits(self) -> Callable[[RetryCallState], float]:
        """Return what chooses each wait of one call.

        A Retry-After starts the backoff anew: it told how things stand.
        """
        told_at = 0

        def wait(state: RetryCallState) -> float:
            nonlocal told_at
            error = _error(state)
            if error.retry_after is not None:
                told_at = state.attempt_number
            failures = max(1, state.attempt_number - told_at)
            return self._backoff.wait_after(failures, error)

        return wait

    def _stops(self, call: GraphCall) -> Callable[[RetryCallState], bool]:
        """Return the decision to give up; the budget is asked last."""

        def stop(state: RetryCallState) -> bool:
            error = _error(state)
            demanded = error.retry_after or 0.0
            if (
                call.once
                or not may_repeat(call.operation.idempotency, error)
                or state.attempt_number >= self._limits.attempts
                or demanded > self._limits.longest_wait
                or max(state.upcoming_sleep, demanded) >= call.deadline.left()
                or not self._budgets[call.health].take(self._clock.now())
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

        return stop

    async def _sleep(self, call: GraphCall, seconds: float) -> None:
        labels = {
            "tenant": call.context.tenant,
            "workload": call.operation.workload,
            "kind": "backoff",
        }
        self._telemetry.measure(GRAPH_WAIT, seconds, labels)
        call.context.costs.queue += seconds
        await self._clock.sleep(seconds)


class _Doubt:
    """Remembers whether any request may have been carried out unseen."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.exists = False

    async def send(self, call: GraphCall) -> Reply:
        try:
            return await self._send(call)
        except ExchangeError as error:
            self.exists |= error.outcome is Outcome.UNKNOWN
            raise


def _error(state: RetryCallState) -> ExchangeError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, ExchangeError):
        raise TypeError("only an ExchangeError is ever repeated") from error
    return error
