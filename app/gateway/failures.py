"""The last calls that failed, for operators to look at."""

from collections import deque
from collections.abc import Iterator

from app.clock import Clock
from app.gateway.calls import GraphCall
from app.models.ops import NotedError
from app.problems.errors import ExchangeError, Upstream
from app.telemetry.recorder import Telemetry

__all__ = ["RecentFailures"]

_KEPT = 200


class RecentFailures:
    """Remembers a bounded number of failures, and nothing confidential."""

    def __init__(self, clock: Clock, telemetry: Telemetry) -> None:
        self._clock = clock
        self._telemetry = telemetry
        self._noted: deque[NotedError] = deque(maxlen=_KEPT)

    def note(self, call: GraphCall, error: ExchangeError) -> None:
        """Note how a call failed."""
        upstream = error.upstream or Upstream()
        self._noted.append(
            {
                "at": self._clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ"),
                "tenant": call.context.tenant,
                "workload": call.operation.workload,
                "operation": call.operation.name,
                "code": error.code,
                "category": error.category,
                "attempts": call.tally.sent,
                "mailbox_hash": self._telemetry.pseudonym(call.mailbox),
                "upstream_status": upstream.status,
                "upstream_code": upstream.code,
                "upstream_request_id": upstream.request_id,
                "upstream_client_request_id": upstream.client_request_id,
            }
        )

    def newest_first(self) -> Iterator[NotedError]:
        """Yield what is remembered."""
        yield from reversed(self._noted)
