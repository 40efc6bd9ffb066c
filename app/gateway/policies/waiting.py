"""Tell of the time that calls spend waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.clock import Clock
from app.gateway.calls import GraphCall
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import GRAPH_WAIT
from app.telemetry.signals.spans import MARK_WAIT

__all__ = ["Wait", "Waits"]

_TOKEN = "token"  # noqa: S105 - the name of a wait


@dataclass(slots=True)
class Wait:
    """What a call waits for; that may turn out only afterwards."""

    kind: str


class Waits:
    """Measures waits, and puts them on the span and the bill of a call."""

    def __init__(self, clock: Clock, telemetry: Telemetry) -> None:
        self._clock = clock
        self._telemetry = telemetry

    @contextmanager
    def told(self, call: GraphCall, kind: str) -> Iterator[Wait]:
        """Record how long the work inside takes, however it ends."""
        wait = Wait(kind)
        began = self._clock.now()
        try:
            yield wait
        finally:
            seconds = self._clock.now() - began
            if seconds > 0:
                self._note(call, wait.kind, seconds)

    async def sleep(self, call: GraphCall, kind: str, seconds: float) -> None:
        """Have a call wait for so long."""
        with self.told(call, kind):
            await self._clock.sleep(seconds)

    def _note(self, call: GraphCall, kind: str, seconds: float) -> None:
        labels = {
            "tenant": call.context.tenant,
            "workload": call.operation.workload,
            "kind": kind,
        }
        self._telemetry.measure(GRAPH_WAIT, seconds, labels)
        self._telemetry.mark(MARK_WAIT, kind=kind, seconds=round(seconds, 3))
        costs = call.context.costs
        if kind == _TOKEN:
            costs.token += seconds
        else:
            costs.queue += seconds
