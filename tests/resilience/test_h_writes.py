"""Cases H: what writes make of answers kept before them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.gateway.operations.mail import LIST_MESSAGES, UPDATE_MESSAGE
from app.models.context import CacheControl
from tests.support.gateway import Gateway, gateway
from tests.support.scripted import Answer, ScriptedGraph

pytestmark = pytest.mark.anyio

CHANGED = Answer(body=b'{"id": "m1"}')


async def read(built: Gateway, **options: Any) -> Any:
    return await built.ask(LIST_MESSAGES, **options)


async def test_t126_a_write_makes_reads_ask_again(tmp_path: Path) -> None:
    """After a write to the mailbox nothing older passes for fresh."""
    graph = ScriptedGraph(
        Answer(),
        Answer(body=b'{"id": "m1"}'),
        otherwise=Answer(),
    )
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.ask(UPDATE_MESSAGE, body=b"{}")
        await read(built)
        await read(built)

    assert len(graph.heard) == 3


async def test_t126_a_slow_read_does_not_undo_a_write(tmp_path: Path) -> None:
    """A read that began before a write is not kept as fresh after it."""
    graph = ScriptedGraph(
        Answer(after=2), Answer(body=b'{"id": "m1"}'), otherwise=Answer()
    )
    async with gateway(tmp_path, graph) as built:
        slow = asyncio.create_task(read(built))
        await built.parts.clock.sleep(1)
        await built.ask(UPDATE_MESSAGE, body=b"{}")
        await slow
        await read(built)

    assert len(graph.heard) == 3


async def test_t126_a_write_ends_the_time_of_revalidation(
    tmp_path: Path,
) -> None:
    """Who has just written never gets what was kept before, not even once."""
    graph = ScriptedGraph(Answer(), CHANGED, otherwise=Answer(after=1))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        await built.ask(UPDATE_MESSAGE, body=b"{}")
        answer = await read(built)

    assert answer.delivery.stale is False
    assert answer.delivery.age is None
    assert len(graph.heard) == 3


async def test_t126_a_refresh_begun_before_a_write_is_not_believed(
    tmp_path: Path,
) -> None:
    """The refresh ends after the write: its answer is not given as fresh."""
    graph = ScriptedGraph(
        Answer(), Answer(after=2), CHANGED, otherwise=Answer()
    )
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        meanwhile = await read(built)
        await built.parts.clock.sleep(1)
        await built.ask(UPDATE_MESSAGE, body=b"{}")
        after = await read(built)
        await built.parts.clock.sleep(2)
        later = await read(built)

    assert meanwhile.delivery.stale is True
    assert after.delivery.stale is False
    assert later.delivery.stale is False
    assert later.delivery.age == pytest.approx(2)
    assert len(graph.heard) == 4


async def test_t126_a_slow_read_does_not_undo_a_later_one(
    tmp_path: Path,
) -> None:
    """Of two live reads the one that was asked for later is kept."""
    old = Answer(body=b'{"value": [], "@odata.count": 1}', after=9)
    new = Answer(body=b'{"value": [{"id": "a"}]}')
    live = CacheControl(no_cache=True)
    async with gateway(tmp_path, ScriptedGraph(old, new)) as built:
        slow = asyncio.create_task(read(built, cache=live))
        await built.parts.clock.sleep(1)
        later = await read(built, cache=live)
        await slow
        kept = await read(built)

    assert kept.body == later.body


async def test_t126_a_write_to_one_mailbox_leaves_others(
    tmp_path: Path,
) -> None:
    """What is kept of other mailboxes goes on being good."""
    graph = ScriptedGraph(Answer(), CHANGED)
    async with gateway(tmp_path, graph) as built:
        await read(built, mailbox="grace@contoso.example")
        await built.ask(UPDATE_MESSAGE, body=b"{}")
        await read(built, mailbox="grace@contoso.example")

    assert len(graph.heard) == 2


async def test_t126_a_failed_write_counts_too(tmp_path: Path) -> None:
    """A write without an answer may have been carried out."""
    graph = ScriptedGraph(
        Answer(), Answer(status=504, body=b""), otherwise=Answer()
    )
    async with gateway(tmp_path, graph, retry={"attempts": 1}) as built:
        await read(built)
        results = await asyncio.gather(
            built.ask(UPDATE_MESSAGE, body=b"{}"), return_exceptions=True
        )
        await read(built)

    assert isinstance(results[0], Exception)
    assert len(graph.heard) == 3
