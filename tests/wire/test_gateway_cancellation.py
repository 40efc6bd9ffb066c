"""Callers that leave, over real sockets and through all policies."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path

import anyio.lowlevel
import pytest

from app.gateway.policies.circuit import State
from tests.wire.gateway import wire_gateway
from tests.wire.support import Peer, Then, WireServer, say

pytestmark = pytest.mark.anyio

MAILBOXES = [f"m{number}@contoso.example" for number in range(20)]
PARTS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n",
    b'\r\n{"value"',
    b": []}",
)


@pytest.fixture
def anyio_backend(
    any_loop: tuple[str, dict[str, bool]],
) -> tuple[str, dict[str, bool]]:
    return any_loop


async def answer_slowly(peer: Peer) -> Then:
    """Answer in parts, so that there are moments in between to leave."""
    for part in PARTS:
        await anyio.lowlevel.checkpoint()
        await say(part)(peer)
    return Then.KEEP


@pytest.mark.long
async def test_t057_who_leaves_leaves_nothing_behind(tmp_path: Path) -> None:
    """Of 2,000 calls 70 % are cancelled; then 100 more: all answered."""
    chance = random.Random(57)
    statuses: list[int] = []

    async with (
        WireServer(script=[answer_slowly]) as server,
        wire_gateway(
            tmp_path, server.url, pool={"connections": 10}
        ) as gateway,
    ):

        async def one(number: int) -> None:
            mailbox = MAILBOXES[number % len(MAILBOXES)]
            task = asyncio.ensure_future(gateway.live(gateway.call(mailbox)))
            if chance.random() < 0.7:
                for _ in range(chance.randrange(40)):
                    await anyio.lowlevel.checkpoint()
                task.cancel()
            with suppress(asyncio.CancelledError):
                statuses.append((await task).status)

        before = len(asyncio.all_tasks())
        for _ in range(25):
            await asyncio.gather(*(one(number) for number in range(80)))
        left = len(statuses)
        replies = await asyncio.wait_for(
            asyncio.gather(
                *(
                    gateway.live(gateway.call(MAILBOXES[number % 20]))
                    for number in range(100)
                )
            ),
            10,
        )
        await anyio.wait_all_tasks_blocked()

        assert {reply.status for reply in replies} == {200}
        assert len(replies) == 100
        assert gateway.wire.connections == server.open <= 10
        assert gateway.wire.in_use == 0
        assert len(asyncio.all_tasks()) - before <= server.open
        health = gateway.call().health
        assert gateway.parts.circuits[health].state is State.CLOSED

    # Some were cancelled too late, and have their answer.
    assert 500 < left < 1500
    assert set(statuses) == {200}
