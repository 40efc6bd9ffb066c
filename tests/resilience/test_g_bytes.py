"""Cases B and G: bodies that cannot be sent twice, and how many bytes fit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.gateway.operations.mail import UPDATE_MESSAGE
from app.problems.graph_failures import GraphThrottled
from app.sandbox import Fault, Sandbox
from tests.support.gateway import gateway
from tests.support.scripted import Answer, ScriptedGraph
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
SESSION = "/AttachmentSessions/{session}"
PIECE = 12 * 327_680
WRITE = replace(UPDATE_MESSAGE, translate=None)
MEGABYTE = bytes(1_000_000)


async def attach(
    client: httpx.AsyncClient, size: int, **headers: str
) -> httpx.Response:
    """Attach a file to a new draft."""
    made = await client.post(MESSAGES, json={"subject": "x"})
    return await client.post(
        f"{made.headers['location']}/attachments",
        params={"name": "x"},
        content=bytes(size),
        headers={"Content-Type": "application/x-plan", **headers},
    )


async def test_t33_a_stream_is_not_sent_twice(
    service: Service, sandbox: Sandbox
) -> None:
    """A piece that failed is asked for, and only what is missing goes out."""
    sandbox.faults.add(
        Fault(route=SESSION, method="PUT", nth=2, status=503, after_work=True)
    )
    answer = await attach(service.client, 2 * PIECE + 9)

    calls = [call for call in sandbox.calls if call.route == SESSION]
    assert answer.status_code == 201
    assert [(call.method, call.size) for call in calls] == [
        ("PUT", PIECE),
        ("PUT", PIECE),
        ("GET", 0),
        ("PUT", 9),
    ]


async def test_t33_what_cannot_go_on_surfaces(
    service: Service, sandbox: Sandbox
) -> None:
    """Without a session to go on with, the error is told, and once is all."""
    sandbox.faults.add(Fault(route=SESSION, method="PUT", status=404, times=1))
    answer = await attach(service.client, 2 * PIECE)

    puts = [call for call in sandbox.calls if call.method == "PUT"]
    assert answer.status_code == 503
    assert answer.json()["outcome"] == "not_performed"
    assert len(puts) == 1


async def test_t112_bytes_wait_for_room(tmp_path: Path) -> None:
    """What is beyond 150 MB in five minutes waits, and is not refused."""
    graph = ScriptedGraph(otherwise=Answer(status=204, body=b""))
    async with gateway(
        tmp_path, graph, limits={"mailbox_upload_bytes": 10_000_000}
    ) as built:
        options: dict[str, Any] = {"body": MEGABYTE, "seconds": 900.0}
        for _ in range(10):
            await built.send(WRITE, **options)
        await built.send(WRITE, mailbox="grace@contoso.example", **options)
        await built.send()
        at_once = list(graph.times)
        await built.send(WRITE, **options)

    assert max(at_once) == 0
    # The window slides in sixtieths.
    assert 300 <= graph.times[-1] <= 305.01


async def test_t112_who_cannot_wait_is_told(tmp_path: Path) -> None:
    """A caller without the time is told when to come; reads go on."""
    graph = ScriptedGraph(otherwise=Answer(status=204, body=b""))
    async with gateway(
        tmp_path, graph, limits={"mailbox_upload_bytes": 10_000_000}
    ) as built:
        for _ in range(10):
            await built.send(WRITE, body=MEGABYTE)
        with pytest.raises(GraphThrottled) as caught:
            await built.send(WRITE, body=MEGABYTE)

    assert caught.value.retry_after == pytest.approx(302.5, abs=2.6)
    assert len(graph.heard) == 10


async def test_t112_a_large_file_waits(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Over the whole service: the second file is slower, not refused."""
    limits = {"mailbox_upload_bytes": 3 * PIECE}
    settings = settings_for(tmp_path, limits=limits)
    async with started(settings, sandbox) as service:
        first = await attach(service.client, 2 * PIECE)
        hurried = await attach(service.client, 2 * PIECE, Prefer="wait=20")
        began = service.clock.now()
        second = await attach(service.client, 2 * PIECE)
        took = service.clock.now() - began

    assert first.status_code == second.status_code == 201
    assert hurried.status_code == 503
    assert hurried.json()["code"] == "graph-throttled"
    assert hurried.json()["outcome"] == "not_performed"
    assert 250 < took < 620
    assert sandbox.throttled == 0
    assert sandbox.open_uploads == 0
