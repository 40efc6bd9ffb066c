"""What faults do to the calls that they hit."""

import asyncio
import json

import httpx
import pytest

from app.sandbox import Fault, Reset, Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    person,
    refusal,
)

pytestmark = pytest.mark.anyio

MESSAGES = f"{ADA}/messages"
LIST = "/users/{mailbox}/messages"


async def send(graph: httpx.AsyncClient) -> httpx.Response:
    """Send a mail in one go."""
    message = {"subject": "Once", "toRecipients": [person("x@y.example")]}
    return await graph.post(f"{ADA}/sendMail", json={"message": message})


def was_sent(sandbox: Sandbox) -> bool:
    """Say whether the mail is in Sent Items."""
    sent = sandbox.mailbox(ADA_ADDRESS).sent()
    return any(message["subject"] == "Once" for message in sent)


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        pytest.param(Fault(hang=True), False, id="before"),
        pytest.param(Fault(hang=True, after_work=True), True, id="after"),
        pytest.param(Fault(delay=60), False, id="delay"),
        pytest.param(Fault(delay=60, after_work=True), True, id="late"),
    ],
)
async def test_who_gives_up_may_or_may_not_have_sent(
    sandbox: Sandbox, graph: httpx.AsyncClient, fault: Fault, *, done: bool
) -> None:
    """The work is done before the wait only with ``after_work``."""
    sandbox.faults.add(fault)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(10):
            await send(graph)

    assert was_sent(sandbox) is done
    assert sandbox.calls[-1].status is None


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        pytest.param(Fault(reset="before"), False, id="before"),
        pytest.param(Fault(reset="after"), True, id="after"),
        pytest.param(Fault(reset="midway"), True, id="midway"),
    ],
)
async def test_connections_break(
    sandbox: Sandbox, graph: httpx.AsyncClient, fault: Fault, *, done: bool
) -> None:
    """A reset says whether the work had been done."""
    sandbox.faults.add(fault)

    with pytest.raises(Reset) as broken:
        await send(graph)

    assert broken.value.after_work is done
    assert was_sent(sandbox) is done


async def test_the_work_may_be_done_in_spite_of_the_answer(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """The 504 that did send the mail."""
    sandbox.faults.add(Fault(status=504, after_work=True))

    answer = await send(graph)

    assert refusal(answer) == (504, "UnknownError")
    assert was_sent(sandbox)


async def test_usually_the_work_is_not_done(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """An error means what it says, unless told otherwise."""
    sandbox.faults.add(Fault(status=504))

    assert (await send(graph)).status_code == 504
    assert not was_sent(sandbox)


@pytest.mark.parametrize(
    ("fault", "status", "media"),
    [
        (Fault(body="html"), 503, "text/html"),
        (Fault(body="html", status=502), 502, "text/html"),
        (Fault(body="empty"), 503, ""),
        (Fault(body="empty", status=200), 200, ""),
        (Fault(body="not-json"), 200, "application/json"),
        (Fault(body="garbage", status=504), 504, "application/json"),
        (Fault(body="truncated"), 200, "application/json"),
        (Fault(body="truncated", status=503), 503, "application/json"),
    ],
)
async def test_bodies_may_be_no_json(
    sandbox: Sandbox,
    graph: httpx.AsyncClient,
    fault: Fault,
    status: int,
    media: str,
) -> None:
    """Some answers cannot be read, whatever their headers promise."""
    sandbox.faults.add(fault)

    answer = await graph.get(MESSAGES)

    assert answer.status_code == status
    assert answer.headers.get("content-type", "").startswith(media)
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        answer.json()


async def test_truncated_answers_are_real_ones(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A truncated answer begins like the true one, and the work is done."""
    whole = (await graph.get(MESSAGES)).content
    sandbox.faults.add(Fault(body="truncated"))

    half = (await graph.get(MESSAGES)).content
    created = await graph.post(MESSAGES, json={"subject": "Half"})

    drafts = sandbox.mailbox(ADA_ADDRESS).inside("drafts")
    assert whole.startswith(half)
    assert 0 < len(half) < len(whole)
    assert created.status_code == 201
    assert drafts[0]["subject"] == "Half"


async def test_success_may_be_an_error(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A 200 with an error's envelope."""
    sandbox.faults.add(Fault(body="error-200", code="ErrorServerBusy"))

    answer = await graph.get(MESSAGES)

    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == "ErrorServerBusy"


async def test_faults_may_only_add_headers(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A fault that names no status leaves the answer as it is."""
    sandbox.faults.add(Fault(headers={"x-ms-odd": "1"}, retry_after=30.0))

    answer = await send(graph)

    assert answer.status_code == 202
    assert answer.headers["x-ms-odd"] == "1"
    assert answer.headers["retry-after"] == "30"
    assert was_sent(sandbox)


async def test_success_may_be_a_lie(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A success without the work is empty."""
    sandbox.faults.add(Fault(status=202))

    answer = await send(graph)

    assert (answer.status_code, answer.content) == (202, b"")
    assert not was_sent(sandbox)
