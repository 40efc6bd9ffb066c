"""Tell of the time that calls spend waiting."""

from app.gateway.calls import GraphCall
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import GRAPH_WAIT
from app.telemetry.signals.spans import MARK_WAIT

__all__ = ["note_wait"]


def note_wait(
    telemetry: Telemetry, call: GraphCall, kind: str, seconds: float
) -> None:
    """Record that a call waits, or has waited, for so long."""
    labels = {
        "tenant": call.context.tenant,
        "workload": call.operation.workload,
        "kind": kind,
    }
    telemetry.measure(GRAPH_WAIT, seconds, labels)
    telemetry.mark(MARK_WAIT, kind=kind, seconds=round(seconds, 3))
