"""The registry of problems, over the whole service."""

import re

import httpx
import pytest

from app.problems.errors import ExchangeError
from app.problems.registry import REGISTRY
from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio


async def test_all_problems_are_listed(client: httpx.AsyncClient) -> None:
    """The list is the registry, for programs and for people."""
    answer = await client.get("/problems")
    page = await client.get("/problems", headers={"Accept": "text/html"})

    assert [p["code"] for p in answer.json()["items"]] == list(REGISTRY)
    assert page.headers["content-type"].startswith("text/html")
    assert re.findall(r'"/problems/(.+?)"', page.text) == list(REGISTRY)


@pytest.mark.parametrize("code", list(REGISTRY))
async def test_each_problem_is_explained(
    client: httpx.AsyncClient, code: str
) -> None:
    """``type`` leads to a page for people and to JSON for programs."""
    plain = await client.get(f"/problems/{code}")
    page = await client.get(
        f"/problems/{code}",
        headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
    )

    assert plain.json()["action"]
    assert plain.json()["meaning"]
    assert page.headers["content-type"].startswith("text/html")
    assert code in page.text


def test_the_registry_is_closed() -> None:
    """Every class that has a code is in the registry under that code."""

    def classes(kind: type[ExchangeError]) -> set[type[ExchangeError]]:
        return {kind}.union(*map(classes, kind.__subclasses__()))

    codes = {
        kind.code for kind in classes(ExchangeError) if hasattr(kind, "code")
    }

    assert codes == set(REGISTRY)
    for kind in REGISTRY.values():
        assert kind.title
        assert kind.action.endswith(".")
        assert 400 <= kind.status < 600


async def test_what_nobody_thought_of_is_a_problem(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of our own: 500, no details, the place in the log."""

    async def broken(*_: object) -> None:
        raise RuntimeError("canary-in-the-text")

    state = service.state
    monkeypatch.setattr(state.mailboxes, "list_mailboxes", broken)
    answer = await service.client.get("/v1/mailboxes")
    logged = service.events("http.failed")

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal-error"
    assert "canary" not in answer.text
    assert "canary" not in service.log.getvalue()
    assert logged[0]["error"] == "RuntimeError"
    assert logged[0]["where"].startswith("app.routers.mailboxes")


@pytest.mark.parametrize(
    ("aadsts", "error", "status", "code"),
    [
        (7000215, "invalid_client", 502, "tenant-credentials-rejected"),
        (7000222, "invalid_client", 502, "tenant-credentials-rejected"),
        (65001, "invalid_grant", 502, "tenant-consent-missing"),
        (53003, "invalid_grant", 502, "tenant-policy-blocked"),
        (90002, "invalid_request", 404, "tenant-not-found"),
        (90033, "temporarily_unavailable", 503, "identity-unavailable"),
        (50196, "invalid_grant", 503, "identity-unavailable"),
    ],
)
async def test_what_entra_id_refuses(
    service: Service,
    aadsts: int,
    error: str,
    status: int,
    code: str,
) -> None:
    """Each failure of the tenant has its own problem, and is remembered."""
    service.sandbox.faults.add(
        Fault(route="token", status=400, error=error, aadsts=aadsts)
    )
    first = await service.client.get("/v1/mailboxes")
    asked = len(service.sandbox.calls)
    second = await service.client.get("/v1/mailboxes")
    other = await service.client.get(
        "/health/exchange",
    )

    assert first.status_code == second.status_code == status
    assert first.json()["code"] == second.json()["code"] == code
    assert first.json()["upstream"]["code"] == f"AADSTS{aadsts}"
    assert len(service.sandbox.calls) == asked
    assert other.json()["status"] == "warn"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "ErrorAccessDenied", (403, "mailbox-access-denied")),
        (403, "Authorization_RequestDenied", (502, "tenant-consent-missing")),
        (403, "ErrorQuotaExceeded", (507, "mailbox-full")),
        (404, "MailboxNotEnabledForRESTAPI", (404, "mailbox-not-enabled")),
        (400, "ErrorInvalidIdMalformed", (404, "item-not-found")),
        (400, "WhoKnows", (502, "graph-error")),
        (503, "ErrorMailboxMoveInProgress", (503, "mailbox-moving")),
        (501, "NotImplemented", (501, "not-supported")),
        (504, "UnknownError", (504, "graph-timeout")),
    ],
)
async def test_what_graph_refuses(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    status: int,
    code: str,
    expected: tuple[int, str],
) -> None:
    """Graph's errors are told as problems of this service."""
    sandbox.faults.add(Fault(route="/users/*", status=status, code=code))
    answer = await client.get("/v1/mailboxes/ada@contoso.example/messages")

    assert (answer.status_code, answer.json()["code"]) == expected
    assert answer.json()["upstream"]["code"] == code
