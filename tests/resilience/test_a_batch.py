"""Case T26: of a batch only what failed is sent again."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.gateway.batches import Batch, Group, Part
from app.gateway.operations.batch import READ_TOGETHER
from app.gateway.operations.entry import Idempotency
from app.problems.errors import ExchangeError, Outcome
from app.problems.graph_failures import (
    GraphMalformedResponse,
    GraphThrottled,
    GraphTimeout,
    GraphUnavailable,
    GraphUnreachable,
)
from app.problems.resources import ItemNotFound
from app.sandbox import Fault, Sandbox
from tests.support.gateway import READ, SEND_MAIL, Gateway, gateway
from tests.support.scripted import Answer, Heard, ScriptedGraph
from tests.support.service import Service

pytestmark = pytest.mark.anyio

REFUSED = httpx.ConnectError("connection refused")
OK = {"status": 200, "body": {"value": []}}


def failed(status: int, wait: float | None = None) -> dict[str, Any]:
    """Return a part's answer that is a failure."""
    headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
    error = {"error": {"code": "TooManyRequests" if status == 429 else ""}}
    return {"status": status, "headers": headers, "body": error}


def answered(
    parts: Mapping[str, dict[str, Any]] | None = None,
) -> Callable[[Heard], Answer]:
    """Return a script: 200 for the whole, and for each part what is said."""

    def answer(heard: Heard) -> Answer:
        asked = [part["id"] for part in json.loads(heard.body)["requests"]]
        said = parts or {}
        responses = [{"id": i, **said.get(i, OK)} for i in reversed(asked)]
        return Answer(body=json.dumps({"responses": responses}).encode())

    return answer


def parts(*names: str, **options: Any) -> list[Part]:
    """Return reads, in this order."""
    return [
        Part(name=n, operation=READ, target=f"/users/ada/{n}", **options)
        for n in names
    ]


def chained(*names: str) -> list[Part]:
    """Return reads, each depending on the one before."""
    before: tuple[str, ...] = ()
    listed = []
    for part in parts(*names):
        listed.append(replace(part, depends_on=before))
        before = (part.name,)
    return listed


def requests(heard: Heard) -> list[dict[str, Any]]:
    """Return what a batch asked for."""
    listed: list[dict[str, Any]] = json.loads(heard.body)["requests"]
    return listed


def ids(heard: Heard) -> list[str]:
    """Return the ids in a batch, in their order."""
    return [request["id"] for request in requests(heard)]


async def send(built: Gateway, batch: Batch, **options: Any) -> None:
    """Send a batch through the chain, to the end."""
    try:
        await built.send(
            READ_TOGETHER, batch=batch, target="/$batch", **options
        )
    except ExchangeError as error:
        batch.give_up(error)


async def test_t26_only_what_failed_is_sent_again(tmp_path: Path) -> None:
    """Two throttled and one down: three again, after the longest wait."""
    script = {"b": failed(429, 3), "c": failed(429, 9), "d": failed(503)}
    graph = ScriptedGraph(answered(script), otherwise=answered())
    batch = Batch(*parts("a", "b", "c", "d"))
    async with gateway(tmp_path, graph) as built:
        await send(built, batch)

    assert [ids(heard) for heard in graph.heard] == [
        ["a", "b", "c", "d"],
        ["b", "c", "d"],
    ]
    assert 9 <= graph.times[1] < 10
    assert graph.early == 0
    assert [batch.result(name).status for name in "abcd"] == [200] * 4
    assert [batch.sent(name) for name in "abcd"] == [1, 2, 2, 2]
    assert requests(graph.heard[0])[1] == requests(graph.heard[1])[0]


async def test_t26_less_and_less_is_sent(tmp_path: Path) -> None:
    """What succeeds on the way is never sent again."""
    graph = ScriptedGraph(
        answered({"a": failed(503), "c": failed(500)}),
        answered({"c": failed(502)}),
        otherwise=answered(),
    )
    batch = Batch(*parts("a", "b", "c"))
    async with gateway(tmp_path, graph) as built:
        await send(built, batch)

    assert [ids(heard) for heard in graph.heard] == [
        ["a", "b", "c"],
        ["a", "c"],
        ["c"],
    ]


async def test_t26_the_chain_of_parts_is_kept(tmp_path: Path) -> None:
    """Who waited for the failed one waits for it again; who was done, not."""
    script = {"b": failed(503), "c": failed(424), "d": failed(424)}
    graph = ScriptedGraph(answered(script), otherwise=answered())
    batch = Batch(*chained("a", "b", "c", "d"))
    async with gateway(tmp_path, graph) as built:
        await send(built, batch)

    first, second = map(requests, graph.heard)
    assert [r.get("dependsOn") for r in first] == [None, ["a"], ["b"], ["c"]]
    assert [r["id"] for r in second] == ["b", "c", "d"]
    assert [r.get("dependsOn") for r in second] == [None, ["b"], ["c"]]
    assert batch.result("d").status == 200


async def test_t26_after_a_final_failure_the_rest_is_left(
    tmp_path: Path,
) -> None:
    """A part that is not there is asked for once, and so are its heirs."""
    script = {"b": failed(404), "c": failed(424), "d": failed(424)}
    graph = ScriptedGraph(answered(script))
    batch = Batch(*chained("a", "b", "c", "d"))
    async with gateway(tmp_path, graph) as built:
        await send(built, batch)

    assert len(graph.heard) == 1
    assert batch.result("a").status == 200
    for name in "bcd":
        with pytest.raises(ItemNotFound):
            batch.result(name)


async def test_t26_attempts_are_counted(tmp_path: Path) -> None:
    """A part that always fails is sent three times, with its own error."""
    graph = ScriptedGraph(otherwise=answered({"b": failed(503)}))
    batch = Batch(*parts("a", "b"))
    async with gateway(tmp_path, graph) as built:
        await send(built, batch)

    assert [ids(heard) for heard in graph.heard] == [["a", "b"], ["b"], ["b"]]
    assert batch.result("a").status == 200
    with pytest.raises(GraphUnavailable):
        batch.result("b")


async def test_t26_the_deadline_is_kept(tmp_path: Path) -> None:
    """A wait that would outlast the caller's time is not begun."""
    graph = ScriptedGraph(answered({"a": failed(503), "b": failed(429, 9)}))
    batch = Batch(*parts("a", "b", "c"))
    async with gateway(tmp_path, graph) as built:
        began = built.parts.clock.now()
        await send(built, batch, seconds=9)
        took = built.parts.clock.now() - began

    assert len(graph.heard) == 1
    assert took == 0
    assert batch.result("c").status == 200
    with pytest.raises(GraphUnavailable):
        batch.result("a")
    with pytest.raises(GraphThrottled) as caught:
        batch.result("b")
    assert caught.value.retry_after == 9


async def test_t26_the_budget_is_kept(tmp_path: Path) -> None:
    """A batch sent again costs one retry, however many parts it has."""
    graph = ScriptedGraph(otherwise=answered({"a": failed(503)}))
    async with gateway(
        tmp_path, graph, budget={"ratio": 0.0, "reserve": 1}
    ) as built:
        await send(built, Batch(*parts("a", "b", "c")))
        await send(built, Batch(*parts("a", "b", "c")))

    assert [len(ids(heard)) for heard in graph.heard] == [3, 1, 3]


async def test_t26_the_gate_closes_for_a_part(tmp_path: Path) -> None:
    """Others wait out what a single part was told; the breaker is calm."""
    graph = ScriptedGraph(
        answered({"b": failed(429, 5)}), otherwise=answered()
    )
    async with gateway(tmp_path, graph) as built:
        sending = asyncio.create_task(send(built, Batch(*parts("a", "b"))))
        await built.parts.clock.sleep(0.1)
        graph.steps = [Answer()]
        await built.send()
        await sending

    assert graph.times[1] >= 5
    assert graph.early == 0


async def test_t26_the_gate_closes_whatever_was_in_doubt(
    tmp_path: Path,
) -> None:
    """500, and then 429: that one is a refusal like any other."""
    graph = ScriptedGraph(
        answered({"b": failed(500)}),
        answered({"b": failed(429, 9)}),
        otherwise=answered(),
    )
    batch = Batch(*parts("a", "b"))
    async with gateway(tmp_path, graph) as built:
        sending = asyncio.create_task(send(built, batch))
        await built.parts.clock.sleep(5)
        others = Batch(*parts("c", "d"))
        await send(built, others)
        await sending

    assert len(graph.heard) == 4
    assert min(graph.times[2:]) - graph.times[1] >= 9
    assert graph.early == 0
    assert batch.result("b").status == others.result("c").status == 200


async def test_t26_the_breaker_counts_parts(tmp_path: Path) -> None:
    """Batches whose parts fail open the circuit though each is a 200."""
    graph = ScriptedGraph(otherwise=answered({"b": failed(503)}))
    async with gateway(tmp_path, graph, retry={"attempts": 1}) as built:
        for number in range(25):
            batch = Batch(*parts("a", "b"))
            await send(built, batch, mailbox=f"m{number}@contoso.example")

    assert len(graph.heard) == 20


async def test_t26_permits_are_as_many_as_parts(tmp_path: Path) -> None:
    """Two parts leave two of four permits; twenty take them all."""

    def slow(heard: Heard) -> Answer:
        return replace(answered()(heard), after=1.0)

    graph = ScriptedGraph(slow, Answer(), Answer(after=0.5), Answer())
    many = [str(number) for number in range(20)]
    async with gateway(tmp_path, graph) as built:
        batch = asyncio.create_task(send(built, Batch(*parts("a", "b"))))
        await built.parts.clock.sleep(0.1)
        await asyncio.gather(*(built.send() for _ in range(3)))
        await batch
        began = len(graph.heard)
        graph.steps = [slow, Answer()]
        batch = asyncio.create_task(send(built, Batch(*parts(*many))))
        await built.parts.clock.sleep(0.1)
        await built.send()
        await batch

    assert graph.times[:began] == pytest.approx([0, 0.1, 0.1, 0.1])
    assert graph.times[began + 1] - graph.times[began] == pytest.approx(1)


async def test_t26_a_renewed_token_helps_parts_too(tmp_path: Path) -> None:
    """401 for a part: a new token, and that part again, as no retry."""
    graph = ScriptedGraph(answered({"b": failed(401)}), otherwise=answered())
    async with gateway(tmp_path, graph, retry={"attempts": 1}) as built:
        await built.parts.clock.sleep(60)
        batch = Batch(*parts("a", "b"))
        await send(built, batch)

    assert [ids(heard) for heard in graph.heard] == [["a", "b"], ["b"]]
    assert graph.tokens == 3
    assert batch.result("b").status == 200


async def test_t26_writes_go_by_their_own_class(tmp_path: Path) -> None:
    """In doubt a write is left alone while a read is sent again."""
    write = Part(
        name="w", operation=SEND_MAIL, target="/users/ada/sendMail", body=b"{}"
    )
    script = {"a": failed(504), "w": failed(504), "x": failed(429, 1)}
    graph = ScriptedGraph(answered(script), otherwise=answered())
    batch = Batch(*parts("a"), write, replace(write, name="x"))
    async with gateway(tmp_path, graph) as built:
        await send(built, batch)

    assert ids(graph.heard[1]) == ["a", "x"]
    sent = requests(graph.heard[1])[1]
    assert sent["body"] == {}
    assert sent["headers"] == {"Content-Type": "application/json"}
    with pytest.raises(GraphTimeout) as caught:
        batch.result("w")
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(status=500, body=b""), id="500"),
        pytest.param(Answer(body=b'{"responses": 1}'), id="shape"),
        pytest.param(Answer(body=b'{"responses": []}'), id="unanswered"),
    ],
)
async def test_t26_a_batch_may_fail_as_a_whole(
    tmp_path: Path, answer: Answer
) -> None:
    """Then all of it is sent again."""
    graph = ScriptedGraph(answer, otherwise=answered())
    batch = Batch(*parts("a", "b"))
    async with gateway(tmp_path, graph) as built:
        await send(built, batch)

    assert [ids(heard) for heard in graph.heard] == [["a", "b"], ["a", "b"]]
    assert batch.result("b").status == 200


@pytest.mark.parametrize(
    "part",
    [
        pytest.param({"status": 200}, id="empty"),
        pytest.param({"status": 200, "body": "PGh0bWw+"}, id="html"),
        pytest.param(
            {"status": 200, "body": {"error": {"code": "x"}}}, id="error"
        ),
    ],
)
async def test_t26_a_part_that_makes_no_sense_is_sent_again(
    tmp_path: Path, part: dict[str, Any]
) -> None:
    """A 200 that holds none is a failure in a batch as well."""
    graph = ScriptedGraph(otherwise=answered({"b": part}))
    batch = Batch(*parts("a", "b"))
    async with gateway(tmp_path, graph) as built:
        await send(built, batch)

    assert len(graph.heard) == 3
    with pytest.raises(GraphMalformedResponse):
        batch.result("b")


async def test_t26_calls_of_a_group_share_a_request(tmp_path: Path) -> None:
    """Three at once make one batch; what fails is that call's alone."""
    script = {"2": failed(404)}
    graph = ScriptedGraph(answered(script))
    group = Group()
    async with gateway(tmp_path, graph) as built:
        ends = await asyncio.gather(
            *(
                built.ask(group=group, target=f"/users/ada/{n}")
                for n in range(3)
            ),
            return_exceptions=True,
        )

    assert [request["url"] for request in requests(graph.heard[0])] == [
        f"/users/ada/{n}" for n in range(3)
    ]
    assert isinstance(ends[1], ItemNotFound)
    assert ends[1].attempts == 1
    assert ends[0] == ends[2]


async def test_t26_a_call_alone_goes_alone(tmp_path: Path) -> None:
    """A group of which one only needs Graph makes a plain request."""
    graph = ScriptedGraph(REFUSED, Answer())
    async with gateway(tmp_path, graph) as built:
        await built.ask(group=Group())

    assert [heard.method for heard in graph.heard] == ["GET", "GET"]


async def test_t26_more_than_fit_make_two_batches(tmp_path: Path) -> None:
    """Graph takes twenty parts; the twenty-first goes with the next."""
    graph = ScriptedGraph(otherwise=answered())
    group = Group()
    async with gateway(tmp_path, graph) as built:
        await asyncio.gather(
            *(
                built.ask(group=group, target=f"/users/ada/{n}")
                for n in range(22)
            )
        )

    assert sorted(len(ids(heard)) for heard in graph.heard) == [2, 20]


async def test_t26_who_leaves_does_not_stop_the_others(
    tmp_path: Path,
) -> None:
    """One of a group cancelled: the rest is answered; all: Graph is told."""

    def slow(heard: Heard) -> Answer:
        return replace(answered()(heard), after=1.0)

    graph = ScriptedGraph(otherwise=slow)
    async with gateway(tmp_path, graph) as built:

        async def begin() -> list[asyncio.Task[Any]]:
            group = Group()
            tasks = [
                asyncio.create_task(
                    built.ask(group=group, target=f"/users/ada/{n}")
                )
                for n in range(3)
            ]
            await built.parts.clock.sleep(0.1)
            return tasks

        left, *others = await begin()
        left.cancel()
        await asyncio.gather(*others)
        before = graph.cancelled
        for task in await begin():
            task.cancel()
        await built.parts.clock.sleep(0.1)
        held = list(built.parts.permits.tenants())

    assert before == 0
    assert graph.cancelled == 1
    assert len(graph.heard) == 2
    assert [usage.in_use for usage in held] == [0]


async def test_t26_no_batch_no_parts(tmp_path: Path) -> None:
    """Graph gone: each call of the group learns it."""
    graph = ScriptedGraph(otherwise=httpx.ReadError("connection reset"))
    group = Group()
    async with gateway(tmp_path, graph) as built:
        ends = await asyncio.gather(
            *(
                built.ask(group=group, target=f"/users/ada/{n}")
                for n in range(3)
            ),
            return_exceptions=True,
        )

    assert all(isinstance(end, GraphUnreachable) for end in ends)
    assert len(graph.heard) == 3


def test_t26_reads_are_harmless() -> None:
    """A batch of reads may be sent again as a whole, in any doubt."""
    assert READ_TOGETHER.idempotency is Idempotency.SAFE


def test_t26_graph_takes_twenty_parts() -> None:
    """A larger batch is a fault of ours."""
    with pytest.raises(ValueError, match="more than 20"):
        Batch(*parts(*map(str, range(21))))


async def test_t26_a_batch_that_is_kept_whole(
    service: Service, sandbox: Sandbox
) -> None:
    """One well-known folder throttled: asked for again alone, all told."""
    sandbox.faults.add(
        Fault(
            route="/users/{mailbox}/mailFolders/{folder}",
            nth=3,
            status=429,
            retry_after=2,
        )
    )
    answer = await service.client.get(
        "/v1/mailboxes/ada@contoso.example/folders"
    )
    names = {folder["well_known"] for folder in answer.json()["items"]}
    steps = [call for call in sandbox.calls if call.batched]

    assert {"inbox", "drafts", "sent", "deleted"} <= names
    assert len(service.events("gate.closed")) == 1
    assert sum(call.status == 200 for call in steps) == 8
    assert 9 <= len(steps) < 16
