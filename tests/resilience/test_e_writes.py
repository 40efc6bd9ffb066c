"""Cases E: writes and sending mail."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.gateway.operations.mail import UPDATE_MESSAGE
from app.problems.errors import ExchangeError, Outcome
from app.sandbox import Fault, Sandbox
from tests.support.gateway import SEND_MAIL, gateway
from tests.support.scripted import Answer, Hang, ScriptedGraph, Step
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ACCEPTED = Answer(status=202, body=b"")
SENDS = "/v1/mailboxes/ada@contoso.example/sends"
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

    answer = await service.client.post(SENDS, json=MAIL)

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

    assert answer.status_code == 504
    assert answer.json()["outcome"] == "unknown"
    assert answer.json()["retryable"] is False
    assert service.events("send.unknown")


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
    """Unknown, then the same key again: found in Sent Items, not resent."""
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
    sent = sandbox.mailbox("ada@contoso.example").sent()

    assert first.status_code == 504
    assert first.json()["outcome"] == "unknown"
    assert first.json()["retryable"] is True
    assert second.status_code == 201
    assert second.json()["status"] == "sent"
    assert [m["subject"] for m in sent].count("Only once") == 1


async def test_t069_a_refusal_in_passing_frees_the_key(
    service: Service, sandbox: Sandbox
) -> None:
    """Throttled with the draft made: the same key goes on with that draft."""
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
    await service.clock.sleep(61)
    second = await service.client.post(SENDS, json=MAIL, headers=headers)
    mailbox = sandbox.mailbox("ada@contoso.example")

    assert first.status_code == 503
    assert first.json()["outcome"] == "not_performed"
    assert first.headers["retry-after"] == "60"
    assert second.json()["status"] == "sent"
    assert "idempotent-replayed" not in second.headers
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
    """The draft was made, nobody could look: the same key finds it."""
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
    second = await service.client.post(SENDS, json=MAIL, headers=headers)
    mailbox = sandbox.mailbox("ada@contoso.example")

    assert first.status_code == 504
    assert first.json()["outcome"] == "not_performed"
    assert second.status_code == 201
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
    """Doubtful twice, and still in Drafts long after: given up, and told."""
    sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages/{id}/send", status=504)
    )
    answer = await service.client.post(
        SENDS, json=MAIL, headers={"Prefer": "wait=60"}
    )
    sent = sandbox.mailbox("ada@contoso.example").sent()

    assert answer.status_code == 504
    assert answer.json()["outcome"] == "unknown"
    assert [m["subject"] for m in sent].count("Only once") == 0


async def test_slow_mail_is_told_as_on_its_way(
    service: Service, sandbox: Sandbox
) -> None:
    """Taken by Exchange and long in coming: performed, and verifying."""
    sandbox.settings.transit = 20
    answer = await service.client.post(SENDS, json=MAIL)

    assert answer.status_code == 201
    assert answer.json()["status"] == "verifying"
    assert answer.json()["outcome"] == "performed"
