"""Who is slow to ask or to take is not waited for; in virtual time."""

import asyncio

import pytest
from starlette.types import Receive, Scope, Send

from tests.support.line import connected

pytestmark = pytest.mark.anyio

REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def flowing(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await sleep(900)


async def served(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)  # noqa: TID251 - in virtual time


@pytest.mark.attack(
    "A head of one byte a second (Slowloris)", "400 after 10 s, and closed"
)
@pytest.mark.parametrize("sent", [REQUEST, b"\r\n" * 50])
@pytest.mark.parametrize("before", [0, 1])
async def test_slow_heads_are_given_up(before: int, sent: bytes) -> None:
    """On a new connection, and on one that has served well."""
    protocol, line = connected(served)
    for _ in range(before):
        protocol.data_received(REQUEST)
        await sleep(1)
    began = asyncio.get_running_loop().time()
    for byte in sent:
        protocol.data_received(bytes([byte]))
        await sleep(1)

    assert line.ended_at == pytest.approx(began + 10)
    assert line.said.count(b"HTTP/1.1 204") == before
    assert line.said.count(b"HTTP/1.1 400") == 1
    assert line.is_closing()


async def test_nothing_follows_a_refusal() -> None:
    """The body that was asked for is wrong, and comes in the same moment."""

    async def asking(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()

    protocol, line = connected(asking)
    protocol.data_received(
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    await sleep(0)
    protocol.data_received(b"none\r\n")
    await sleep(1)

    assert line.said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400")
    assert line.said.count(b"HTTP/1.1") == 2


@pytest.mark.attack(
    "A connection on which nothing is ever said", "Closed after 10 s"
)
async def test_silence_is_not_waited_for() -> None:
    """Without a word: browsers open connections that they may need."""
    _, line = connected(served)
    await sleep(11)

    assert line.is_closing()
    assert line.said == b""


async def test_a_connection_is_kept_for_a_while() -> None:
    """For five seconds after each answer, and ten for a head once begun."""
    protocol, line = connected(served)
    for _ in range(3):
        protocol.data_received(REQUEST)
        await sleep(4.9)
        protocol.data_received(REQUEST[:5])
        await sleep(9)
        protocol.data_received(REQUEST[5:])
        await sleep(4.9)

    assert line.said.count(b"HTTP/1.1 204") == 6
    assert not line.is_closing()
    await sleep(0.2)
    assert line.is_closing()
    assert not line.is_aborted


async def test_a_head_in_time_is_served() -> None:
    """Nine seconds are fine, again and again, each for itself."""
    protocol, line = connected(served)
    for _ in range(3):
        protocol.data_received(REQUEST[:9])
        await sleep(9)
        protocol.data_received(REQUEST[9:])
        await sleep(1)

    assert line.said.count(b"HTTP/1.1 204") == 3
    assert line.ended_at is None


async def test_who_leaves_is_forgotten() -> None:
    """Nothing is written to a connection that is gone."""
    protocol, line = connected(served)
    protocol.data_received(REQUEST[:9])
    protocol.connection_lost(None)
    await sleep(11)

    assert line.said == b""


@pytest.mark.attack(
    "An answer that is asked for and never taken",
    "Cut off after 30 s, and one more for each 64 KiB",
)
async def test_answers_are_not_kept_for_ever() -> None:
    """What is taken in time is not; then it counts anew."""
    protocol, line = connected(flowing)
    protocol.data_received(REQUEST)
    for _ in range(5):
        protocol.pause_writing()
        await sleep(39)
        protocol.resume_writing()
    assert not line.is_closing()
    began = asyncio.get_running_loop().time()
    protocol.pause_writing()
    await sleep(60)

    assert line.ended_at == pytest.approx(began + 40)
    protocol.connection_lost(None)


@pytest.mark.attack(
    "The last bytes of an answer that are never taken",
    "Cut off 35 s after the answer",
)
async def test_connections_are_not_kept_for_ever() -> None:
    """Neither for another request, nor for what is left of the last one."""
    protocol, line = connected(served)
    protocol.data_received(REQUEST)
    await sleep(36)

    assert line.is_closing()
    assert line.is_aborted
