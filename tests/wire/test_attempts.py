"""Retries over real sockets: which connection, how many, and none in hand."""

from pathlib import Path

import pytest

from app.clock import SystemClock
from app.problems.errors import ExchangeError
from tests.wire.gateway import wire_gateway
from tests.wire.support import Step, Then, WireServer, answer, say

pytestmark = pytest.mark.anyio

OK = answer(b'{"value": []}')
BUSY = answer(b"busy", status=503)
QUICK = {"base_delay": 0.01, "max_delay": 0.01}


@pytest.fixture
def anyio_backend(
    any_loop: tuple[str, dict[str, bool]],
) -> tuple[str, dict[str, bool]]:
    return any_loop


async def test_t035_no_connection_is_held_while_sleeping(
    tmp_path: Path,
) -> None:
    """However long the answer that is thrown away, and kept open or not."""
    script = [
        answer(b"x" * 500_000, status=503),
        answer(b"x", status=500, then=Then.CLOSE),
        answer(b"<html>"),
        OK,
    ]
    in_use: list[int] = []

    class Watched(SystemClock):
        async def sleep(self, seconds: float) -> None:
            in_use.append(gateway.wire.in_use)
            await super().sleep(seconds)

    async with (
        WireServer(script=script) as server,
        wire_gateway(
            tmp_path,
            server.url,
            clock=Watched(),
            retry={"attempts": 4, **QUICK},
        ) as gateway,
    ):
        reply = await gateway.live(gateway.call())

    assert reply.status == 200
    assert in_use == [0, 0, 0]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(say(b"", Then.RESET), id="reset"),
        pytest.param(say(b"", Then.CLOSE), id="closed"),
        pytest.param(say(b"garbage\r\n\r\n", Then.CLOSE), id="garbage"),
        pytest.param(BUSY, id="503"),
    ],
)
async def test_t036_nobody_below_repeats(tmp_path: Path, step: Step) -> None:
    """N requests arrive, the first of them on a connection used before."""
    async with (
        WireServer(script=[OK, step]) as server,
        wire_gateway(
            tmp_path,
            server.url,
            retry={"attempts": 3, **QUICK},
            budget={"reserve": 10},
        ) as gateway,
    ):
        await gateway.live(gateway.call())
        with pytest.raises(ExchangeError):
            await gateway.live(gateway.call())

    assert len(server.requests) == 1 + 3
    assert server.requests[0].connection == server.requests[1].connection


async def test_a_503_is_repeated_over_a_new_connection(
    tmp_path: Path,
) -> None:
    """Graph asks for it; a 500 is repeated where it came from."""
    script = [OK, BUSY, OK, answer(status=500), OK]
    async with (
        WireServer(script=script) as server,
        wire_gateway(tmp_path, server.url, retry=QUICK) as gateway,
    ):
        for _ in range(3):
            await gateway.live(gateway.call())

    first, busy, repeated, failed, again = (
        seen.connection for seen in server.requests
    )
    assert busy == first
    assert repeated != busy
    assert again == failed == first
