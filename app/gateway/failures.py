"""The last calls that failed, for operators to look at."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from app.clock import Clock
from app.gateway.calls import GraphCall
from app.gateway.operations.entry import Operation
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
        self._noted: deque[_Noted] = deque(maxlen=_KEPT)

    def note(self, call: GraphCall, error: ExchangeError) -> None:
        """Note how a call failed."""
        self._noted.append(
            _Noted(
                self._clock.wall(),
                call.context.tenant,
                call.operation,
                type(error),
                call.tally.sent,
                self._telemetry.pseudonym(call.mailbox),
                error.upstream,
            )
        )

    def newest_first(self) -> Iterator[NotedError]:
        """Yield what is remembered."""
        for noted in reversed(self._noted):
            yield noted.told()


class _Noted(NamedTuple):
    at: datetime
    tenant: str
    operation: Operation
    kind: type[ExchangeError]
    attempts: int
    mailbox_hash: str | None
    upstream: Upstream | None

    def told(self) -> NotedError:
        """Return what operators see of it."""
        upstream = self.upstream or Upstream()
        return {
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tenant": self.tenant,
            "workload": self.operation.workload,
            "operation": self.operation.name,
            "code": self.kind.code,
            "category": self.kind.category,
            "attempts": self.attempts,
            "mailbox_hash": self.mailbox_hash,
            "upstream_status": upstream.status,
            "upstream_code": upstream.code,
            "upstream_request_id": upstream.request_id,
            "upstream_client_request_id": upstream.client_request_id,
        }
