"""Cases E: writes and sending mail."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.gateway.operations.entry import Idempotency, Operation, Workload
from app.gateway.operations.mail import UPDATE_MESSAGE
from app.problems.errors import ExchangeError, Outcome
from app.sandbox import Fault, Sandbox
from tests.support.gateway import SEND_MAIL, gateway
from tests.support.scripted import Answer, Hang, Heard, ScriptedGraph, Step
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

ACCEPTED = Answer(status=202, body=b"")
SENDS = "/v1/mailboxes/ada@contoso.example/sends"
CREATE_EVENT = Operation(
    name="test.create_event",
    method="POST",
    path="/users/{mailbox}/events",
    workload=Workload.MAIL_WRITE,
    permission="Calendars.ReadWrite",
    idempotency=Idempotency.KEYED,
)
"""Graph's own protection against doing it twice, until events come."""
MAIL = {
    "to": [{"address": "grace@contoso.example"}],
    "subject": "Only once",
    "body": {"content": "Hello"},
}


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Hang, id="t061 read timeout"),
        pytest.param(httpx.ReadError("reset"), id="t061 reset"),
        pytest.param(Answer(status=504, body=b""), id="t062 504"),
        pytest.param(Answer(status=500, body=b""), id="t062 500"),
        pytest.param(Answer(status=503, body=b""), id="t064 503 without"),
    ],
)
async def test_t061_t062_t064_a_doubtful_write_is_sent_once(
    tmp_path: Path, step: Step
) -> None:
    """What may have been sent is not sent again blindly: unknown."""
    graph = ScriptedGraph(step, otherwise=ACCEPTED)
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(ExchangeError) as caught:
            await built.ask(SEND_MAIL)

    assert len(graph.heard) == 1
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("status", [429, 503])
async def test_t063_t064_a_refused_write_is_repeated(
    tmp_path: Path, status: int
) -> None:
    """429, and 503 with Retry-After, are refusals: repeated after that."""
    refusal = Answer(status=status, body=b"", headers={"Retry-After": "3"})
    graph = ScriptedGraph(refusal, otherwise=ACCEPTED)
    async with gateway(tmp_path, graph) as built:
        await built.ask(SEND_MAIL)

    assert len(graph.heard) == 2
    assert graph.times[1] >= 3
    assert graph.early == 0


async def test_t065_a_write_that_was_never_sent_is_repeated(
    tmp_path: Path,
) -> None:
    """A failure to connect before any byte was written is repeated."""
    graph = ScriptedGraph(httpx.ConnectError("refused"), otherwise=ACCEPTED)
    async with gateway(tmp_path, graph) as built:
        await built.ask(SEND_MAIL)

    assert len(graph.heard) == 2


async def test_t066_a_keyed_write_is_repeated_with_its_key(
    tmp_path: Path,
) -> None:
    """Time runs out on an event: repeated to the byte, and one exists."""
    body = b'{"subject": "Once", "transactionId": "7e1f4c9a"}'
    made: dict[str, bytes] = {}

    def create(heard: Heard) -> Answer:
        # Graph knows the key again, and answers with what it made before.
        key = json.loads(heard.body)["transactionId"]
        is_new = made.setdefault(key, heard.body) and len(graph.heard) == 1
        return Answer(status=201, body=heard.body, after=60 if is_new else 0)

    graph = ScriptedGraph(otherwise=create)
    async with gateway(tmp_path, graph) as built:
        await built.ask(CREATE_EVENT, body=body)

    assert len(graph.heard) == 2
    assert {heard.body for heard in graph.heard} == {body}
    assert made == {"7e1f4c9a": body}


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        pytest.param(Fault(hang=True, after_work=True), 1, id="was sent"),
        pytest.param(Fault(status=504, after_work=True), 1, id="504, sent"),
        pytest.param(Fault(hang=True), 2, id="was not sent"),
        pytest.param(Fault(status=504), 2, id="504, not sent"),
    ],
)
async def test_t067_a_draft_is_looked_at_before_it_is_sent_again(
    service: Service, sandbox: Sandbox, fault: Fault, asked: int
) -> None:
    """No longer in Drafts: sent. Still there: sent again."""
    route = "/users/{mailbox}/messages/{id}/send"
    sandbox.faults.add(replace(fault, method="POST", route=route, times=1))

    answer = await service.client.post(
        SENDS, json=MAIL, headers={"Prefer": "wait=120"}
    )
    sent = sandbox.mailbox("ada@contoso.example").sent()

    assert answer.json()["status"] == "sent"
    assert answer.json()["attempts"] == asked
    assert [call.route for call in sandbox.calls].count(route) == asked
    assert [m["subject"] for m in sent].count("Only once") == 1


@pytest.mark.parametrize(
    "patch",
    [
        {"is_read": True},
        {"subject": "Changed", "categories": ["Red"], "cc": None},
        {"importance": "high", "flag": {"status": "flagged"}},
        {"to": [{"address": "Grace@contoso.example"}], "flag": None},
    ],
)
async def test_t068_a_change_that_was_done_is_told_as_done(
    service: Service, sandbox: Sandbox, patch: dict[str, Any]
) -> None:
    """Done, the answer lost, then 412 by its own doing: success."""
    made = await service.client.post(
        "/v1/mailboxes/ada@contoso.example/messages", json=MAIL
    )
    sandbox.faults.add(
        Fault(method="PATCH", status=504, after_work=True, times=1)
    )
    answer = await service.client.patch(
        made.headers["location"],
        json=patch,
        headers={"If-Match": made.headers["etag"]},
    )
    patches = [c.status for c in sandbox.calls if c.method == "PATCH"]

    assert patches == [504, 412]
    assert answer.status_code == 200
    assert answer.headers["etag"] != made.headers["etag"]


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param({"subject": "Mine"}, id="not what is there"),
        pytest.param({"body": {"content": "Hello"}}, id="nothing to compare"),
    ],
)
async def test_t068_a_change_of_somebody_else_is_no_success(
    service: Service, sandbox: Sandbox, patch: dict[str, Any]
) -> None:
    """Lost on the way, and changed by others meanwhile: 412, in doubt."""
    made = await service.client.post(
        "/v1/mailboxes/ada@contoso.example/messages", json=MAIL
    )
    place = made.headers["location"]
    sandbox.faults.add(Fault(method="PATCH", hang=True, times=1))
    changing = asyncio.create_task(
        service.client.patch(
            place, json=patch, headers={"If-Match": made.headers["etag"]}
        )
    )
    await service.clock.sleep(5)
    await service.client.patch(place, json={"subject": "Theirs"})
    answer = await changing

    assert answer.status_code == 412
    assert answer.json()["outcome"] == "unknown"


@pytest.mark.parametrize("after_work", [False, True])
async def test_t068_a_delete_in_doubt_is_looked_into(
    service: Service, sandbox: Sandbox, *, after_work: bool
) -> None:
    """Time runs out on it: repeated if the message lies where it was."""
    message = sandbox.deliver("ada@contoso.example", subject="Delete me")
    place = f"/v1/mailboxes/ada@contoso.example/messages/{message}"
    before = await service.client.get(place)
    sandbox.faults.add(
        Fault(method="DELETE", hang=True, after_work=after_work, times=1)
    )
    answer = await service.client.delete(
        place, headers={"If-Match": before.headers["etag"]}
    )
    deleted = await service.client.get(
        "/v1/mailboxes/ada@contoso.example/messages",
        params={"folder": "deleted", "limit": 100},
    )
    deletes = [call for call in sandbox.calls if call.method == "DELETE"]

    assert answer.status_code == 204
    assert len(deletes) == (1 if after_work else 2)
    subjects = [item["subject"] for item in deleted.json()["items"]]
    assert subjects.count("Delete me") == 1


async def test_a_doubt_is_not_forgotten(tmp_path: Path) -> None:
    """An idempotent write that may be done and is then refused: unknown."""
    graph = ScriptedGraph(
        Answer(status=504, body=b""), Answer(status=412, body=b"")
    )
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(ExchangeError) as caught:
            await built.ask(UPDATE_MESSAGE, body=b"{}")

    assert len(graph.heard) == 2
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(status=504, after_work=True), id="504 after"),
        pytest.param(Fault(status=500, after_work=True), id="500 after"),
        pytest.param(Fault(reset="after"), id="reset after"),
        pytest.param(Fault(status=504), id="504 before"),
        pytest.param(Fault(reset="before"), id="reset before"),
        pytest.param(Fault(hang=True), id="hangs before"),
        pytest.param(Fault(status=503, retry_after=4), id="503 refused"),
        pytest.param(Fault(status=429, retry_after=4), id="429 refused"),
    ],
)
@pytest.mark.parametrize(
    ("method", "route"),
    [
        pytest.param("POST", "/users/{mailbox}/messages", id="draft"),
        pytest.param("POST", "/users/{mailbox}/messages/{id}/send", id="send"),
    ],
)
async def test_t061_the_service_finds_out_before_it_acts(
    service: Service, fault: Fault, method: str, route: str
) -> None:
    """Whatever happens to the draft or its sending: sent once, and told."""
    sandbox = service.sandbox
    sandbox.faults.add(replace(fault, method=method, route=route, times=1))
    before = {m["id"] for m in sandbox.mailbox("ada@contoso.example").sent()}

    answer = await service.client.post(
        SENDS, json=MAIL, headers={"Prefer": "wait=120"}
    )

    sent = [
        message
        for message in sandbox.mailbox("ada@contoso.example").sent()
        if message["id"] not in before
    ]
    assert answer.status_code == 201
    assert answer.json()["status"] == "sent"
    assert [message["subject"] for message in sent] == ["Only once"]
    found = await service.client.get(
        f"/v1/mailboxes/ada@contoso.example/messages/{answer.json()['message_id']}"
    )
    assert found.json()["subject"] == "Only once"
    assert found.json()["is_draft"] is False


async def test_t061_when_nobody_can_look_the_outcome_is_unknown(
    service: Service, sandbox: Sandbox
) -> None:
    """Sent, and then Graph is gone: the answer does not claim to know."""
    sandbox.faults.add(
        Fault(
            route="/users/{mailbox}/messages/{id}/send",
            status=504,
            after_work=True,
        )
    )
    sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages/{id}", method="GET", status=500)
    )

    answer = await service.client.post(SENDS, json=MAIL)
    sandbox.faults.clear()
    await service.clock.sleep(100)
    sent = sandbox.mailbox("ada@contoso.example").sent()
    asked = [call.route for call in sandbox.calls if "send" in call.route]

    assert answer.status_code == 202
    assert answer.json()["status"] == "sending"
    assert answer.json()["outcome"] == "unknown"
    assert [m["subject"] for m in sent].count("Only once") == 1
    assert len(asked) == 1


async def test_t061_what_nobody_ever_saw_ends_as_unknown(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """When it is given up, it is told as what it is, and by whom to look."""
    sandbox.faults.add(Fault(route="*/send", status=504))
    sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages/{id}", method="GET", status=500)
    )
    settings = settings_for(tmp_path, outbox={"give_up_after": 600})
    async with started(settings, sandbox) as service:
        answer = await service.client.post(SENDS, json=MAIL)
        await service.clock.sleep(900)
        logged = service.events("send.unknown")
        stages = [e["stage"] for e in service.events("send.advanced")]

    assert answer.json()["outcome"] == "unknown"
    assert [event["send_id"] for event in logged] == [answer.json()["id"]]
    assert stages[-1] == "unknown"


@pytest.mark.parametrize("as_draft", [False, True])
async def test_t061_a_slow_transit_is_not_taken_for_a_failure(
    service: Service, *, as_draft: bool
) -> None:
    """504 for mail that was sent and takes its time to show: sent once."""
    sandbox = service.sandbox
    sandbox.settings.transit = 9.0
    sandbox.settings.transit_as_draft = as_draft
    sandbox.faults.add(
        Fault(
            route="/users/{mailbox}/messages/{id}/send",
            status=504,
            after_work=True,
            times=1,
        )
    )

    answer = await service.client.post(SENDS, json=MAIL)
    # Whatever is still on its way arrives.
    await service.clock.sleep(60)
    sent = sandbox.mailbox("ada@contoso.example").sent()

    assert answer.status_code == 201
    assert answer.json()["attempts"] == 1
    assert [m["subject"] for m in sent].count("Only once") == 1


async def test_t061_a_key_continues_what_was_in_doubt(
    service: Service, sandbox: Sandbox
) -> None:
    """In doubt, then the same key again: found later on, and not resent."""
    gone = sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages/{id}", method="GET", status=500)
    )
    sandbox.faults.add(
        Fault(
            route="/users/{mailbox}/messages/{id}/send",
            status=504,
            after_work=True,
        )
    )
    headers = {"Idempotency-Key": "invoice-7"}

    first = await service.client.post(SENDS, json=MAIL, headers=headers)
    sandbox.faults.remove(gone)
    second = await service.client.post(SENDS, json=MAIL, headers=headers)
    await service.clock.sleep(100)
    sent = sandbox.mailbox("ada@contoso.example").sent()

    assert first.status_code == second.status_code == 202
    assert first.json()["outcome"] == "unknown"
    assert second.content == first.content
    assert [m["subject"] for m in sent].count("Only once") == 1


async def test_t063_a_refusal_in_passing_is_outlasted(
    service: Service, sandbox: Sandbox
) -> None:
    """Throttled with the draft made: it goes on with that draft."""
    refusal = sandbox.faults.add(
        Fault(
            route="/users/{mailbox}/messages/{id}/send",
            status=429,
            retry_after=60,
        )
    )
    headers = {"Idempotency-Key": "invoice-8"}

    first = await service.client.post(SENDS, json=MAIL, headers=headers)
    sandbox.faults.remove(refusal)
    await service.clock.sleep(80)
    second = await service.client.post(SENDS, json=MAIL, headers=headers)
    mailbox = sandbox.mailbox("ada@contoso.example")

    assert first.status_code == second.status_code == 202
    assert first.json()["outcome"] == "not_performed"
    assert first.json()["problem"]["code"] == "graph-throttled"
    assert second.headers["idempotent-replayed"] == "true"
    sent = [m["subject"] for m in mailbox.sent()]
    assert sent.count("Only once") == 1
    subjects = [m["subject"] for m in mailbox.messages]
    assert subjects.count("Only once") == 1


async def test_what_is_refused_at_the_draft_is_not_performed(
    service: Service, sandbox: Sandbox
) -> None:
    """No draft, no mail: told as such, whatever Graph said of the draft."""
    sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages", method="POST", status=403)
    )
    answer = await service.client.post(SENDS, json=MAIL)

    assert answer.status_code == 403
    assert answer.json()["outcome"] == "not_performed"


async def test_what_is_left_of_a_draft_in_doubt_is_used(
    service: Service, sandbox: Sandbox
) -> None:
    """The draft was made, nobody could look: it is found later on."""
    sandbox.faults.add(
        Fault(
            route="/users/{mailbox}/messages",
            method="POST",
            status=504,
            after_work=True,
            times=1,
        )
    )
    blind = sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages", method="GET", status=500)
    )
    headers = {"Idempotency-Key": "blind"}
    first = await service.client.post(SENDS, json=MAIL, headers=headers)
    sandbox.faults.remove(blind)
    await service.clock.sleep(100)
    mailbox = sandbox.mailbox("ada@contoso.example")

    assert first.status_code == 202
    assert first.json()["outcome"] == "not_performed"
    assert "Only once" in [m["subject"] for m in mailbox.sent()]
    subjects = [m["subject"] for m in mailbox.messages]
    assert subjects.count("Only once") == 1


async def test_a_write_that_cannot_be_read_back_is_told_as_performed(
    service: Service, sandbox: Sandbox
) -> None:
    """The change is made; not being able to show it undoes nothing."""
    message = sandbox.deliver("ada@contoso.example", subject="Change me")
    place = f"/v1/mailboxes/ada@contoso.example/messages/{message}"
    sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages/{id}", method="GET", status=503)
    )
    answer = await service.client.patch(place, json={"importance": "high"})
    sandbox.faults.clear()
    read = await service.client.get(place)

    assert answer.status_code == 503
    assert answer.json()["outcome"] == "performed"
    assert read.json()["importance"] == "high"


async def test_a_draft_that_stays_a_draft_was_not_sent(
    service: Service, sandbox: Sandbox
) -> None:
    """Doubtful again and again, and a draft long after: it is sent later."""
    sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages/{id}/send", status=504)
    )
    answer = await service.client.post(
        SENDS, json=MAIL, headers={"Prefer": "wait=60"}
    )
    await service.clock.sleep(600)
    sandbox.faults.clear()
    before = sandbox.mailbox("ada@contoso.example").sent()
    await service.clock.sleep(300)
    sent = sandbox.mailbox("ada@contoso.example").sent()

    assert answer.status_code == 202
    assert answer.json()["outcome"] == "unknown"
    assert "Only once" not in [m["subject"] for m in before]
    assert [m["subject"] for m in sent].count("Only once") == 1


async def test_slow_mail_is_told_as_on_its_way(
    service: Service, sandbox: Sandbox
) -> None:
    """Taken by Exchange and long in coming: performed, and verifying."""
    sandbox.settings.transit = 20
    answer = await service.client.post(SENDS, json=MAIL)

    assert answer.status_code == 201
    assert answer.json()["status"] == "verifying"
    assert answer.json()["outcome"] == "performed"
