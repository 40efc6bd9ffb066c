"""Cases A: classification and Retry-After."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from app.clock import SystemClock
from app.gateway.operations.entry import Operation
from app.problems.errors import ExchangeError, Outcome
from app.problems.graph_failures import (
    GraphThrottled,
    GraphUnreachable,
    TokenRejected,
)
from tests.support.gateway import READ, SEND_MAIL, gateway
from tests.support.scripted import Answer, ScriptedGraph

pytestmark = pytest.mark.anyio


class FixedWallClock(SystemClock):
    """Virtual time, on a certain date."""

    def wall(self) -> datetime:
        return datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


async def test_t001_retry_after_is_obeyed(tmp_path: Path) -> None:
    """429 with Retry-After 7, then 200: two requests, the second in [7, 8)."""
    graph = ScriptedGraph(Answer(status=429, headers={"Retry-After": "7"}))
    async with gateway(tmp_path, graph) as built:
        await built.send()

    assert len(graph.heard) == 2
    assert 7 <= graph.times[1] < 8


async def test_t003_decimal_seconds_are_understood(tmp_path: Path) -> None:
    """A Retry-After of 2.128 is waited for, and not the backoff."""
    graph = ScriptedGraph(Answer(status=429, headers={"Retry-After": "2.128"}))
    async with gateway(tmp_path, graph) as built:
        await built.send()

    assert 2.128 <= graph.times[1] < 2.128 * 1.1 + 0.001
    assert graph.early == 0


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
async def test_t005_http_dates_are_in_gmt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """A date 30 seconds ahead means 30 seconds, wherever the process runs."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    clock = FixedWallClock()
    date = format_datetime(clock.wall() + timedelta(seconds=30), usegmt=True)
    graph = ScriptedGraph(Answer(status=429, headers={"Retry-After": date}))
    async with gateway(
        tmp_path, graph, clock=clock, retry={"max_retry_after": 200}
    ) as built:
        await built.send(seconds=300)
    monkeypatch.undo()
    time.tzset()

    assert 30 <= graph.times[1] <= 31


async def test_t011_a_wait_past_the_deadline_is_not_begun(
    tmp_path: Path,
) -> None:
    """Retry-After 60 with 5 seconds left: one request, no wait, 60 told."""
    graph = ScriptedGraph(Answer(status=429, headers={"Retry-After": "60"}))
    async with gateway(tmp_path, graph) as built:
        began = built.parts.clock.now()
        with pytest.raises(GraphThrottled) as caught:
            await built.send(seconds=5)
        took = built.parts.clock.now() - began

    assert len(graph.heard) == 1
    assert took == 0
    assert caught.value.retry_after == 60


@pytest.mark.parametrize(
    ("status", "sends"),
    [(500, 2), (502, 2), (501, 1), (505, 1), (507, 1)],
)
async def test_t018_server_errors(
    tmp_path: Path, status: int, sends: int
) -> None:
    """500 and 502 are repeated for a read; 501, 505 and 507 are not."""
    graph = ScriptedGraph(Answer(status=status, body=b""))
    async with gateway(tmp_path, graph) as built:
        if sends == 2:
            await built.send()
        else:
            with pytest.raises(ExchangeError):
                await built.send()

    assert len(graph.heard) == sends


@pytest.mark.parametrize(
    ("status", "sends"),
    [
        *[(408, 2), (425, 2)],
        *[(400, 1), (403, 1), (404, 1), (409, 1), (410, 1), (412, 1)],
    ],
)
async def test_t019_client_errors(
    tmp_path: Path, status: int, sends: int
) -> None:
    """408 and 425 are repeated for a read; other 4xx are sent once."""
    graph = ScriptedGraph(Answer(status=status, body=b""))
    async with gateway(tmp_path, graph) as built:
        if sends == 2:
            await built.send()
        else:
            with pytest.raises(ExchangeError):
                await built.send()

    assert len(graph.heard) == sends


async def test_t020_a_rejected_token_is_renewed_once(tmp_path: Path) -> None:
    """401 once: one new token, the same request again, and no retry."""
    graph = ScriptedGraph(Answer(status=401, body=b""))
    async with gateway(tmp_path, graph, retry={"attempts": 1}) as built:
        asked_before = graph.tokens
        # The token is not brand new, or renewing it would be pointless.
        await built.parts.clock.sleep(60)
        await built.send()

    first, second = graph.heard
    assert graph.tokens == asked_before + 1
    assert first.url == second.url
    assert first.headers["authorization"] != second.headers["authorization"]
    assert built.parts.budgets[built.call().health].remaining == 3


async def test_t020_a_second_rejection_is_told(tmp_path: Path) -> None:
    """401 twice: the second one is the caller's to know."""
    graph = ScriptedGraph(otherwise=Answer(status=401, body=b""))
    async with gateway(tmp_path, graph) as built:
        await built.parts.clock.sleep(60)
        with pytest.raises(TokenRejected):
            await built.send()

    assert len(graph.heard) == 2


@pytest.mark.parametrize("operation", [READ, SEND_MAIL])
@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout])
async def test_t023_what_was_never_sent_is_repeated(
    tmp_path: Path, operation: Operation, error: type[httpx.TransportError]
) -> None:
    """A failure to connect is repeated for every method."""
    graph = ScriptedGraph(error("refused"))
    async with gateway(tmp_path, graph) as built:
        await built.send(operation)

    assert len(graph.heard) == 2


@pytest.mark.parametrize(
    "error", [httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError]
)
async def test_t024_a_read_that_broke_off_is_repeated(
    tmp_path: Path, error: type[httpx.TransportError]
) -> None:
    """A reset after a GET was written is repeated."""
    graph = ScriptedGraph(error("reset"))
    async with gateway(tmp_path, graph) as built:
        await built.send()

    assert len(graph.heard) == 2


async def test_t024_a_write_that_broke_off_is_not(tmp_path: Path) -> None:
    """A reset after an unkeyed POST was written is sent once: unknown."""
    graph = ScriptedGraph(httpx.ReadError("reset"))
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(GraphUnreachable) as caught:
            await built.send(SEND_MAIL)

    assert len(graph.heard) == 1
    assert caught.value.outcome is Outcome.UNKNOWN
