"""Several requests in one."""

import asyncio
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Reset, Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE,
    IMMUTABLE,
    Entity,
    person,
)

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}
ONE = f"{ADA}/messages?$top=1&$select=subject"


def step(number: int, url: str = ONE, **more: Any) -> Entity:
    """Return a step of a batch."""
    return {"id": str(number), "method": "GET", "url": url, **more}


async def run(graph: httpx.AsyncClient, *steps: Entity) -> dict[str, Entity]:
    """Run a batch and return its answers by id."""
    answer = await graph.post("/$batch", json={"requests": steps})
    responses = answer.raise_for_status().json()["responses"]
    return {response["id"]: response for response in responses}


async def test_steps_are_answered_one_by_one(
    graph: httpx.AsyncClient,
) -> None:
    """Each step has a status, headers and a body of its own."""
    answers = await run(
        graph,
        step(1, headers=IMMUTABLE),
        step(2, f"{ADA}/messages/nonsense"),
        step(3, f"{ADA}/messages/$count"),
        step(4, f"{ADA}/mailFolders/inbox?$select=displayName"),
    )

    assert [answers[n]["status"] for n in "1234"] == [200, 400, 200, 200]
    assert answers["1"]["body"]["value"][0]["id"].startswith("AAkA")
    assert "$skip=1" in answers["1"]["body"]["@odata.nextLink"]
    error = answers["2"]["body"]["error"]
    assert error["code"] == "ErrorInvalidIdMalformed"
    assert isinstance(answers["3"]["body"], str)
    assert answers["4"]["body"]["displayName"] == "Inbox"


async def test_steps_write_too(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Bodies are JSON, or base64 of it."""
    answers = await run(
        graph,
        step(
            1,
            f"{ADA}/messages",
            method="POST",
            headers=JSON,
            body={"subject": "Batched"},
        ),
        step(
            2,
            f"{ADA}/messages",
            method="POST",
            headers=JSON,
            body="eyJzdWJqZWN0IjoiQmFzZTY0In0=",
        ),
    )

    drafts = sandbox.mailbox(ADA_ADDRESS).inside("drafts")
    assert [answers[n]["status"] for n in "12"] == [201, 201]
    assert answers["1"]["headers"]["Location"]
    assert {"Batched", "Base64"} <= {draft["subject"] for draft in drafts}


async def test_steps_can_wait_for_others(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """After a failed step, those that depend on it are not done."""
    sandbox.settings.latency = 1.0
    sandbox.faults.add(Fault(status=503, nth=2, route="/users/*"))

    answers = await run(
        graph,
        step(1),
        step(2, dependsOn=["1"]),
        step(3, dependsOn=["2"]),
        step(4, dependsOn=["3"]),
    )

    assert [answers[n]["status"] for n in "1234"] == [200, 503, 424, 424]
    assert answers["3"]["body"]["error"]["code"] == "FailedDependency"
    assert sandbox.peak(ADA_ADDRESS) == 1


async def test_steps_can_all_wait_for_one(graph: httpx.AsyncClient) -> None:
    """All others after the first is the third shape that there is."""
    answers = await run(
        graph,
        step(1),
        step(2, dependsOn=["1"]),
        step(3, dependsOn=["1"], atomicityGroup="g"),
    )

    assert [answers[n]["status"] for n in "123"] == [200] * 3


async def test_four_steps_run_at_once(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A batch alone keeps to the limit; with company it is throttled."""
    sandbox.settings.latency = 1.0
    alone = await run(graph, *[step(n) for n in range(20)])
    assert {answer["status"] for answer in alone.values()} == {200}
    assert sandbox.peak(ADA_ADDRESS) == 4

    single, batch = await asyncio.gather(
        graph.get(ONE), run(graph, *[step(n) for n in range(4)])
    )

    refused = [a for a in batch.values() if a["status"] == 429]
    assert single.status_code == 200
    assert len(refused) == 1
    assert refused[0]["headers"]["Retry-After"] == "5"
    assert sandbox.throttled == 1


async def test_steps_are_recorded(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """The batch is a call, and so is each of its steps."""
    await run(graph, step(1), step(2, f"{GRACE}/messages"))

    batch, *steps = sandbox.calls[-3:]
    assert (batch.route, batch.batched) == ("/$batch", False)
    assert [call.route for call in steps] == ["/users/{mailbox}/messages"] * 2
    assert all(call.batched and call.authorized for call in steps)


async def test_a_step_may_break_the_batch(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A connection that breaks in one step breaks for all."""
    sandbox.faults.add(Fault(route="/users/*", reset="before", nth=2))

    with pytest.raises(Reset):
        await run(graph, step(1), step(2), step(3, dependsOn=[]))


async def test_a_broken_batch_leaves_no_step_in_flight(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Who asks at once, when the connection breaks, is no fifth."""
    sandbox.settings.latency = 1.0
    sandbox.faults.add(Fault(route="/users/*", reset="before", nth=4))

    with pytest.raises(Reset):
        await run(graph, *map(step, range(1, 9)))
    answer = await graph.get(ONE)

    assert answer.status_code == 200
    assert sandbox.peak(ADA_ADDRESS) == 4


async def test_odd_bodies_come_as_base64(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """What is no JSON is base64 inside a batch."""
    sandbox.faults.add(Fault(route="/users/*", body="not-json"))

    answers = await run(graph, step(1))

    assert answers["1"]["body"] == "SW50ZXJuYWwgZXJyb3INCg=="


async def test_nothing_is_undone(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A batch is no transaction: what was sent stays sent."""
    message = {"toRecipients": [person("x@y.example")], "subject": "Stays"}

    answers = await run(
        graph,
        step(
            1,
            f"{ADA}/sendMail",
            method="POST",
            headers=JSON,
            body={"message": message},
        ),
        step(2, f"{ADA}/nowhere", dependsOn=["1"]),
    )

    assert [answers[n]["status"] for n in "12"] == [202, 400]
    assert "body" not in answers["1"]
    assert sandbox.mailbox(ADA_ADDRESS).sent()[0]["subject"] == "Stays"


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="empty"),
        pytest.param(["x"], id="no-object"),
        pytest.param([step(n) for n in range(21)], id="too-many"),
        pytest.param([{"id": "1", "method": "GET"}], id="no-url"),
        pytest.param([step(1, "users")], id="relative"),
        pytest.param([step(1, method="HEAD")], id="method"),
        pytest.param([step(1, colour="red")], id="unknown"),
        pytest.param([step(1), step(1)], id="twice"),
        pytest.param(
            [step(1) | {"id": "a"}, step(1) | {"id": "A"}], id="case"
        ),
        pytest.param([step(1, "/$batch")], id="nested"),
        pytest.param([step(1, dependsOn=["2"]), step(2)], id="forward"),
        pytest.param([step(1), step(2), step(3, dependsOn=["1"])], id="mixed"),
        pytest.param(
            [step(1, f"{ADA}/messages", method="POST", body={})], id="no-type"
        ),
        pytest.param(
            [step(1, method="POST", body="%", headers=JSON)], id="no-base64"
        ),
    ],
)
async def test_malformed_batches_are_refused_as_a_whole(
    sandbox: Sandbox, graph: httpx.AsyncClient, requests: Any
) -> None:
    """What is no batch is 400, and none of it is done."""
    answer = await graph.post("/$batch", json={"requests": requests})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BadRequest"
    assert not any(call.batched for call in sandbox.calls)
