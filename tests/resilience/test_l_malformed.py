"""Cases L: answers that make no sense."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.gateway.operations.mail import GET_MESSAGE, UPDATE_MESSAGE
from app.problems.errors import Outcome
from app.problems.graph_failures import GraphMalformedResponse
from app.sandbox import Fault
from tests.support.gateway import gateway
from tests.support.scripted import Answer, ScriptedGraph
from tests.support.service import Service

pytestmark = pytest.mark.anyio

NONSENSE = [
    pytest.param(Fault(status=200, body="html"), id="html"),
    pytest.param(Fault(status=200, body="truncated"), id="truncated"),
    pytest.param(Fault(status=200, body="error-200"), id="error-200"),
]
MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        pytest.param(
            Fault(status=503, body="html"), 503, "graph-unavailable", id="html"
        ),
        pytest.param(
            Fault(status=503, body="empty"),
            503,
            "graph-unavailable",
            id="empty 503",
        ),
        pytest.param(
            Fault(status=404, body="empty"), 404, "item-not-found", id="404"
        ),
        *(
            pytest.param(
                Fault(status=200, body=body),
                502,
                "graph-malformed-response",
                id=body,
            )
            for body in (
                *("empty", "garbage", "html", "not-json", "truncated"),
                "error-200",
            )
        ),
    ],
)
async def test_t155_nonsense_is_named(
    service: Service, fault: Fault, status: int, code: str
) -> None:
    """HTML, nothing, half of it, an error in a 200: a problem each."""
    service.sandbox.faults.add(fault_for_messages(fault))

    answer = await service.client.get(MESSAGES)

    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert not service.events("http.failed")


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_t155_nonsense_is_overcome(
    service: Service, nonsense: Fault
) -> None:
    """Nonsense once, then sense: the caller never notices."""
    service.sandbox.faults.add(fault_for_messages(replace(nonsense, times=1)))

    answer = await service.client.get(MESSAGES)

    assert answer.status_code == 200
    assert answer.headers["exchange-graph-calls"] == "2"


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_t155_nonsense_is_bridged(
    service: Service, nonsense: Fault
) -> None:
    """Nonsense after sense: the older answer is given, as stale."""
    first = await service.client.get(MESSAGES)
    service.sandbox.faults.add(fault_for_messages(nonsense))

    answer = await service.client.get(
        MESSAGES, headers={"Cache-Control": "max-age=0"}
    )
    again = await service.client.get(
        MESSAGES, headers={"Cache-Control": "no-cache"}
    )

    # Within the same virtual second max-age=0 is still satisfied.
    assert answer.content == first.content
    assert again.status_code == 502


@pytest.mark.parametrize(
    "body",
    [
        *(b"[]", b"null", b"42", b'"text"', b"{}", b'{"value": 5}'),
        *(b'{"hello": 1}', b'{"value": [}', b"\xff\xfe{}"),
        b'{"value": "\xff"}',
        *(b' { "error" : {"code": "generalException"}}', b"{" * 100_000),
    ],
    ids=lambda body: body[:30].decode("ascii", "replace"),
)
async def test_t155_json_of_the_wrong_shape(
    tmp_path: Path, body: bytes
) -> None:
    """JSON that is no list of messages, or none at all: named, no crash."""
    graph = ScriptedGraph(otherwise=Answer(body=body))
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(GraphMalformedResponse) as caught:
            await built.ask()

    assert caught.value.outcome is Outcome.NOT_PERFORMED


@pytest.mark.parametrize("space", [b"", b" ", b"\r\n\t"])
async def test_t155_an_error_in_a_200_is_no_message(
    tmp_path: Path, space: bytes
) -> None:
    """However it is spaced, it is not taken for what was asked for."""
    envelope = b'{"error":{"code":"ErrorItemNotFound","message":"x"}}'
    body = envelope.replace(b'"error"', space + b'"error"' + space)
    graph = ScriptedGraph(otherwise=Answer(body=body))
    async with gateway(tmp_path, graph) as built:
        for operation in (GET_MESSAGE, UPDATE_MESSAGE):
            with pytest.raises(GraphMalformedResponse):
                await built.send(operation)


def fault_for_messages(fault: Fault) -> Fault:
    return replace(fault, route="/users/{mailbox}/messages")
