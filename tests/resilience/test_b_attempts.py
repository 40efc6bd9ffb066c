"""Cases B: backoff, jitter, attempts."""

import ast
import asyncio
import random
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
    InMemorySpanExporter,
)

import app
from app.clock import SystemClock
from app.gateway.operations.mail import READ_MIME, UPDATE_MESSAGE
from app.gateway.policies.backoff import Backoff
from app.models.answers import ByteStream
from app.models.context import Criticality
from app.problems.graph_failures import GraphUnavailable, GraphUnreachable
from app.sandbox import Fault
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from tests.support.gateway import gateway
from tests.support.scripted import Answer, ScriptedGraph
from tests.support.service import Service

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")
MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"


@pytest.mark.parametrize("attempts", [1, 3, 5])
async def test_t027_never_one_more_than_allowed(
    tmp_path: Path, attempts: int
) -> None:
    """Always 503: exactly N requests, and the last error tells N."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(
        tmp_path, graph, retry={"attempts": attempts}, budget={"reserve": 10}
    ) as built:
        with pytest.raises(GraphUnavailable) as caught:
            await built.send()

    assert len(graph.heard) == attempts
    assert caught.value.attempts == attempts


@pytest.mark.parametrize("kind", [Criticality.SYNC, Criticality.BACKFILL])
async def test_t027_work_that_can_wait_is_tried_more_often(
    tmp_path: Path, kind: Criticality
) -> None:
    """Nobody sits before it: five requests instead of three."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, budget={"reserve": 10}) as built:
        with pytest.raises(GraphUnavailable):
            await built.send(criticality=kind)

    assert len(graph.heard) == 5


def test_t028_jitter_survives_the_cap() -> None:
    """10,000 waits at the cap are spread evenly over all of it."""
    backoff = Backoff(base=0.5, cap=20.0, uniform=random.Random(28).uniform)
    waits = sorted(
        backoff.wait_after(40, GraphUnavailable()) for _ in range(10_000)
    )
    distance = max(
        max((rank + 1) / 10_000 - wait / 20, wait / 20 - rank / 10_000)
        for rank, wait in enumerate(waits)
    )

    assert 0 <= waits[0] < waits[-1] <= 20
    # Kolmogorov-Smirnov: 1.95 / sqrt(n) is exceeded once in a thousand.
    assert distance < 0.0195


def test_t029_any_number_of_attempts() -> None:
    """After 5,000 attempts, or any number, waits keep to the cap."""
    backoff = Backoff(base=0.5, cap=20.0, uniform=lambda _low, high: high)

    for attempt in (65, 1024, 1025, 5000, 10**9):
        assert backoff.wait_after(attempt, GraphUnavailable()) == 20


async def test_t030_a_thousand_wait_for_one_mailbox(tmp_path: Path) -> None:
    """Four are told 60 s: nobody asks before, then all are served."""
    told = Answer(
        status=429, body=b"", headers={"Retry-After": "60"}, after=0.05
    )
    graph = ScriptedGraph(told, otherwise=Answer(after=0.05))
    async with gateway(
        tmp_path,
        graph,
        retry={"max_retry_after": 200},
        timeouts={"total": 300},
        limits={"queue": 1000},
    ) as built:
        results = await asyncio.gather(
            *(built.send(seconds=300) for _ in range(1000))
        )

    later = [time for time in graph.times if time > 0.05]
    assert [reply.status for reply in results] == [200] * 1000
    assert min(later) == pytest.approx(60.05)
    assert graph.early == 0
    assert graph.peak == 4


async def test_t031_a_repeat_is_the_same_request(tmp_path: Path) -> None:
    """Byte for byte, but for its id; what the caller gave stays as it is."""
    headers = {"Prefer": 'IdType="ImmutableId"', "If-Match": 'W/"1"'}
    graph = ScriptedGraph(DOWN, DOWN)
    async with gateway(tmp_path, graph) as built:
        await built.send(
            UPDATE_MESSAGE, headers=headers, body=b'{"subject": "\xc3\xa9"}'
        )

    first, *others = graph.heard
    assert len(others) == 2
    for other in others:
        assert (other.method, other.url) == (first.method, first.url)
        assert other.body == first.body == b'{"subject": "\xc3\xa9"}'
        for name in ("content-type", "prefer", "if-match", "authorization"):
            assert other.headers[name] == first.headers[name]
    ids = {heard.headers["client-request-id"] for heard in graph.heard}
    assert len(ids) == 3
    assert headers == {"Prefer": 'IdType="ImmutableId"', "If-Match": 'W/"1"'}


async def test_t032_callers_do_not_count_for_us(service: Service) -> None:
    """A Retry-Attempt header from outside changes and reaches nothing."""
    service.sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages", status=503)
    )
    answer = await service.client.get(
        MESSAGES, headers={"Retry-Attempt": "5", "Cache-Control": "no-cache"}
    )
    sent = [
        request.headers.get("retry-attempt")
        for request in service.network.requests
        if "/messages" in request.url.path
    ]

    assert answer.json()["attempts"] == 3
    assert sent == [None, "1", "2"]


async def test_t034_what_was_begun_to_hand_on_is_not_repeated(
    tmp_path: Path,
) -> None:
    """The content breaks off after its first bytes: one request, an error."""
    graph = ScriptedGraph(Answer(body=b"0123456789", cut=True))
    async with gateway(tmp_path, graph) as built:
        stream = await built.pipeline.stream(built.call(READ_MIME))
        received = bytearray()
        with pytest.raises(GraphUnreachable):
            await _read(stream, received)
        await stream.aclose()
        await built.send(READ_MIME)

    assert bytes(received) == b"01234"
    assert len(graph.heard) == 2


async def test_t034_the_same_unread_is_repeated(tmp_path: Path) -> None:
    """As long as nobody has seen any of it, an answer cut off is no harm."""
    graph = ScriptedGraph(Answer(cut=True))
    async with gateway(tmp_path, graph) as built:
        reply = await built.send()

    assert reply.body == b'{"value": []}'
    assert len(graph.heard) == 2


@pytest.mark.parametrize(
    "answer",
    [
        replace(DOWN, body=b"x" * 70_000),
        Answer(status=429, body=b"{}", headers={"Retry-After": "1"}),
        Answer(body=b"<html>"),
        Answer(cut=True),
    ],
    ids=["503", "429", "nonsense", "cut"],
)
async def test_t035_what_is_discarded_is_closed_first(
    tmp_path: Path, answer: Answer
) -> None:
    """Nobody sleeps with an answer in hand: its connection is free."""
    open_at_sleep: list[int] = []

    class Watched(SystemClock):
        async def sleep(self, seconds: float) -> None:
            open_at_sleep.append(graph.open)
            await super().sleep(seconds)

    graph = ScriptedGraph(answer, answer)
    async with gateway(tmp_path, graph, clock=Watched()) as built:
        await built.send()

    assert open_at_sleep == [0, 0]
    assert graph.open == 0


@pytest.mark.parametrize("attempts", [1, 2, 4])
@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(DOWN, id="503"),
        pytest.param(httpx.ReadError("reset"), id="reset"),
        pytest.param(httpx.RemoteProtocolError("garbage"), id="garbage"),
    ],
)
async def test_t036_one_layer_repeats(
    tmp_path: Path,
    attempts: int,
    failure: Answer | httpx.TransportError,
) -> None:
    """Whatever fails, N is what was set; see tests/wire for real sockets."""
    graph = ScriptedGraph(otherwise=failure)
    async with gateway(
        tmp_path, graph, retry={"attempts": attempts}, budget={"reserve": 10}
    ) as built:
        await asyncio.gather(built.send(), return_exceptions=True)

    assert len(graph.heard) == attempts


def test_t036_nothing_else_in_the_code_repeats() -> None:
    """The engine of retries is used in one file."""
    users = {
        path.name
        for path in Path(app.__file__).parent.rglob("*.py")
        if "tenacity" in _imported(path)
    }

    assert users == {"retry.py"}


async def test_t037_repeats_are_numbered(tmp_path: Path) -> None:
    """The first request has no number, the n-th has n - 1; spans as well."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry = Telemetry(EventLog(), tracer=provider.get_tracer("test"))
    graph = ScriptedGraph(DOWN, DOWN)
    async with gateway(tmp_path, graph, telemetry=telemetry) as built:
        await built.send()
    provider.shutdown()

    numbers = [heard.headers.get("retry-attempt") for heard in graph.heard]
    counts = [
        (span.attributes or {})["http.request.resend_count"]
        for span in exporter.get_finished_spans()
    ]
    assert numbers == [None, "1", "2"]
    assert counts == [0, 1, 2]


async def test_a_repeat_after_503_takes_a_new_connection(
    tmp_path: Path,
) -> None:
    """Graph asks for that; other failures leave the connection as it is."""
    graph = ScriptedGraph(
        DOWN,
        Answer(status=500, body=b""),
        Answer(status=503, body=b"", headers={"Retry-After": "1"}),
    )
    async with gateway(tmp_path, graph, retry={"attempts": 4}) as built:
        await built.send()

    assert [heard.is_fresh for heard in graph.heard] == [
        *(False, True, False, True)
    ]


async def _read(stream: ByteStream, received: bytearray) -> None:
    async for chunk in stream:
        received += chunk


def _imported(path: Path) -> set[str]:
    """Return the names of the packages that a file imports from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found
