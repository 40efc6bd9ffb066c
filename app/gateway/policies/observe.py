"""Policy: tell operators how calls end."""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import TypeVar

from opentelemetry.trace import StatusCode

from app.clock import Clock
from app.gateway.calls import GraphCall
from app.gateway.failures import RecentFailures
from app.models.answers import Answer
from app.problems.errors import ExchangeError, Upstream
from app.telemetry.recorder import Count, Measure, Telemetry
from app.telemetry.signals.events import (
    CALL_EXHAUSTED,
    CALL_FAILED,
    CALL_RECOVERED,
)
from app.telemetry.signals.metrics import CALL_DURATION, CALLS
from app.telemetry.signals.spans import SPAN_CALL

__all__ = ["TraceCall"]

T = TypeVar("T")

# What Graph told of a call that it was not asked.
_NOTHING = Upstream()

# Tenants times operations times outcomes that are met lately.
_MOST_ENDS = 2048


class TraceCall:
    """Counts, times, traces and logs each call with all that it took."""

    def __init__(
        self, clock: Clock, telemetry: Telemetry, failures: RecentFailures
    ) -> None:
        self._clock = clock
        self._telemetry = telemetry
        self._failures = failures
        self._ended = lru_cache(maxsize=_MOST_ENDS)(self._which)

    async def __call__(
        self, call: GraphCall, proceed: Callable[[GraphCall], Awaitable[T]]
    ) -> T:
        """Send the call on and record how it ended."""
        began = self._clock.now()
        outcome = "cancelled"
        labels = _labels(call)
        with self._telemetry.span(
            SPAN_CALL, labels, operation=call.operation.name
        ) as span:
            try:
                result = await proceed(call)
            except ExchangeError as error:
                outcome = error.code
                span.set_status(StatusCode.ERROR)
                span.set_attribute("budget_exhausted", error.budget_exhausted)
                self._failed(call, error, began)
                raise
            else:
                outcome = _outcome(result)
                if call.tally.hidden is not None:
                    self._failures.note(call, call.tally.hidden)
                if outcome == "ok" and call.tally.sent > 1:
                    self._recovered(call, began)
                return result
            finally:
                span.set_attribute("outcome", outcome)
                count, measure = self._ended(*labels.values(), outcome)
                count(1)
                measure(self._clock.now() - began)

    def _which(
        self, tenant: str, workload: str, operation: str, outcome: str
    ) -> tuple[Count, Measure]:
        """Return what counts, and what times, the calls that end so."""
        labels = {
            "tenant": tenant,
            "workload": workload,
            "operation": operation,
            "outcome": outcome,
        }
        return (
            self._telemetry.count(CALLS, **labels),
            self._telemetry.distribution(CALL_DURATION, labels),
        )

    def _recovered(self, call: GraphCall, began: float) -> None:
        self._telemetry.log(
            CALL_RECOVERED,
            **_labels(call),
            attempts=call.tally.sent,
            duration_ms=self._milliseconds(began),
        )

    def _failed(
        self, call: GraphCall, error: ExchangeError, began: float
    ) -> None:
        error.told_at = self._clock.now()
        upstream = error.upstream or _NOTHING
        self._failures.note(call, error)
        self._telemetry.log(
            CALL_EXHAUSTED if call.tally.sent > 1 else CALL_FAILED,
            **_labels(call),
            outcome=error.code,
            attempts=call.tally.sent,
            duration_ms=self._milliseconds(began),
            tried=dict(error.tried) or None,
            mailbox_hash=self._telemetry.pseudonym(call.mailbox),
            upstream_status=upstream.status,
            upstream_code=upstream.code,
            upstream_request_id=upstream.request_id,
            budget_exhausted=error.budget_exhausted or None,
        )

    def _milliseconds(self, began: float) -> int:
        return round((self._clock.now() - began) * 1000)


def _labels(call: GraphCall) -> dict[str, str]:
    return {
        "tenant": call.context.tenant,
        "workload": call.operation.workload,
        "operation": call.operation.name,
    }


def _outcome(result: object) -> str:
    is_stale = (
        isinstance(result, Answer)
        and result.delivery is not None
        and result.delivery.stale
    )
    return "stale" if is_stale else "ok"
