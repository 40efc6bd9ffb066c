"""Tell of the time that calls spend waiting."""

from functools import lru_cache
from types import TracebackType
from typing import Self

from app.clock import Clock
from app.gateway.calls import GraphCall
from app.telemetry.recorder import Measure, Telemetry
from app.telemetry.signals.metrics import GRAPH_WAIT
from app.telemetry.signals.spans import MARK_WAIT

__all__ = ["Wait", "Waits"]

_TOKEN = "token"  # noqa: S105 - the name of a wait
# Tenants times workloads times kinds that are met lately.
_MOST_KINDS = 2048


class Wait:
    """A wait, recorded when it is over, however it ends.

    Of what ``kind`` it was may turn out only afterwards.
    """

    __slots__ = ("_began", "_call", "_waits", "kind")

    def __init__(self, waits: "Waits", call: GraphCall, kind: str) -> None:
        self._waits = waits
        self._call = call
        self.kind = kind

    def __enter__(self) -> Self:
        """Begin to wait."""
        self._began = self._waits.now()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Tell how long it took, if it took any time."""
        seconds = self._waits.now() - self._began
        if seconds > 0:
            self._waits.note(self._call, self.kind, seconds)


class Waits:
    """Measures waits, and puts them on the span and the bill of a call."""

    def __init__(self, clock: Clock, telemetry: Telemetry) -> None:
        self._clock = clock
        self._telemetry = telemetry
        self._measures = lru_cache(maxsize=_MOST_KINDS)(self._which)
        self.now = clock.now

    def told(self, call: GraphCall, kind: str) -> Wait:
        """Record how long the work inside takes, however it ends."""
        return Wait(self, call, kind)

    async def sleep(self, call: GraphCall, kind: str, seconds: float) -> None:
        """Have a call wait for so long."""
        with self.told(call, kind):
            await self._clock.sleep(seconds)

    def note(self, call: GraphCall, kind: str, seconds: float) -> None:
        """Put a wait on the span and the bill of a call, and count it."""
        measure = self._measures(
            call.context.tenant, call.operation.workload, kind
        )
        measure(seconds)
        self._telemetry.mark(MARK_WAIT, kind=kind, seconds=round(seconds, 3))
        costs = call.context.costs
        if kind == _TOKEN:
            costs.token += seconds
        else:
            costs.queue += seconds

    def _which(self, tenant: str, workload: str, kind: str) -> Measure:
        """Return what times the waits of a kind."""
        labels = {"tenant": tenant, "workload": workload, "kind": kind}
        return self._telemetry.distribution(GRAPH_WAIT, labels)
