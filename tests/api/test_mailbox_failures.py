"""What can befall one mailbox, and leave the others of its tenant be."""

from dataclasses import replace

import pytest

from app.sandbox import Fault
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "ada@contoso.example"
OURS = f"/v1/mailboxes/{ADA}/messages"
THEIRS = "/v1/mailboxes/grace@contoso.example/messages"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(
            Fault(status=404, code="ErrorInvalidUser"),
            (404, "mailbox-not-found", "not-found", "Check the address"),
            id="none",
        ),
        pytest.param(
            Fault(status=404, code="MailboxNotEnabledForRESTAPI"),
            (404, "mailbox-not-enabled", "mailbox", "on-premises"),
            id="on-premises",
        ),
        pytest.param(
            Fault(status=400, code="ErrorInvalidLicense"),
            (404, "mailbox-not-enabled", "mailbox", "licence"),
            id="no licence",
        ),
        pytest.param(
            Fault(status=503, code="ErrorMailboxMoveInProgress"),
            (503, "mailbox-moving", "mailbox", "migration"),
            id="moving",
        ),
        pytest.param(
            Fault(status=500, code="ErrorMailboxStoreUnavailable"),
            (503, "mailbox-moving", "mailbox", "Wait some minutes"),
            id="failing over",
        ),
        pytest.param(
            Fault(status=403, code="ErrorQuotaExceeded"),
            (507, "mailbox-full", "quota", "Free space"),
            id="full",
        ),
        pytest.param(
            Fault(status=403, code="ErrorAccessDenied"),
            (403, "mailbox-access-denied", "authorization", "policy"),
            id="not in the scope of the policy",
        ),
        pytest.param(
            Fault(status=429, code="ApplicationThrottled", retry_after=100),
            (503, "graph-throttled", "throttled", "ask less"),
            id="throttled",
        ),
        pytest.param(
            Fault(status=500, code="ErrorItemCorrupt"),
            (502, "graph-error", "upstream", "repair or delete"),
            id="corrupt",
        ),
    ],
)
async def test_what_befalls_a_mailbox(
    service: Service, fault: Fault, expected: tuple[int, str, str, str]
) -> None:
    """A problem with what to do; Graph is asked once, others are served."""
    status, code, category, words = expected
    service.sandbox.faults.add(replace(fault, mailbox=ADA))
    answer = await service.client.get(OURS)
    others = [await service.client.get(OURS) for _ in range(29)]
    calm = await service.client.get(THEIRS)
    problem = answer.json()

    assert answer.status_code == status
    assert (problem["code"], problem["category"]) == (code, category)
    assert words in problem["action"]
    assert answer.headers["exchange-graph-calls"] == "1"
    assert {other.status_code for other in others} == {status}
    assert calm.status_code == 200
    assert not service.events("breaker.opened")
