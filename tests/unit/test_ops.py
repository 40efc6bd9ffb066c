"""What operators do is traced."""

import io

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
    InMemorySpanExporter,
)

from app.gateway.calls import ScopeKey
from app.models.ops import GateState
from app.services.ops import Levers, Meters, OpsService
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry


async def _no_gates() -> list[GateState]:
    return []


async def _nothing() -> None:
    return None


async def _one(*_: object) -> int:
    return 1


def _refuse(_key: ScopeKey) -> None:
    raise RuntimeError("the lever is stuck")


def test_actions_are_traced_and_logged_even_if_they_fail() -> None:
    """A span each, named after the action, and a line in the log."""
    exporter, log = InMemorySpanExporter(), io.StringIO()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry = Telemetry(
        EventLog(log), tracer=provider.get_tracer("tests"), hash_key=b"tests"
    )
    meters = Meters(
        breakers=list,
        gates=_no_gates,
        permits=list,
        budgets=list,
        cache=lambda: {"entries": 0, "bytes": 0},
        tokens=list,
        quotas=list,
        outbox=_nothing,
        connections=int,
        errors=lambda: iter(()),
    )
    levers = Levers(
        breakers={"reset": _refuse, "isolate": lambda _key: None},
        open_gate=_one,
        purge=_one,
        drop_token=lambda _tenant: None,
    )
    ops = OpsService(("contoso",), meters, levers, telemetry)
    ops.move_breaker("somebody", "isolate", "contoso", "mail-read")
    with pytest.raises(RuntimeError):
        ops.move_breaker("somebody", "reset", "contoso", "mail-read")
    spans = exporter.get_finished_spans()

    assert [span.name for span in spans] == [
        "ops breaker.isolate",
        "ops breaker.reset",
    ]
    assert spans[0].attributes == {"tenant": "contoso"}
    assert log.getvalue().count('"ops.action"') == 2
    assert log.getvalue().count('"caller":"somebody"') == 2
