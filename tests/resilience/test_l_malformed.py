"""Cases L: answers that make no sense."""

from dataclasses import replace

import pytest

from app.sandbox import Fault
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


def fault_for_messages(fault: Fault) -> Fault:
    return replace(fault, route="/users/{mailbox}/messages")
