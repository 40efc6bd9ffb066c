"""Nothing that callers can name makes the process larger without end."""

import inspect
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from app.routers.status.page import page_for
from app.sandbox import Sandbox
from tests.support.callers import called
from tests.support.census import Census, grown, is_bounded
from tests.support.issuing import entra_settings
from tests.support.network import Carry, SandboxNetwork
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

FEW, MANY = 2, 20
# Their owners see to it that they hold no more than so many.
BY_THEMSELVES = {
    "Breadth._heard",
    "MemoryStore._about",
    "Writes._last",
    "_Lately._entries",
}


async def graph(request: httpx.Request, carry: Carry) -> httpx.Response:
    """Know every mailbox, but those that are to be missed or throttled."""
    path = request.url.path
    if not path.startswith("/v1.0/"):
        return await carry(request)
    if "throttled" in path:
        return httpx.Response(429, headers={"Retry-After": "600"})
    if "missing" in path:
        code = {"code": "ErrorItemNotFound", "message": "Not there."}
        return httpx.Response(404, json={"error": code})
    if request.method == "DELETE":
        return httpx.Response(204)
    return httpx.Response(200, json={"value": []})


def anything(number: int) -> Iterator[tuple[str, str]]:
    """Ask for what nobody has asked for before."""
    box = f"/v1/mailboxes/user{number}@contoso.example"
    yield "GET", f"{box}/messages"
    yield "GET", f"{box}/messages?subject=word{number}"
    yield "GET", f"/v1/mailboxes/throttled{number}@contoso.example/messages"
    yield "GET", f"{box}/messages/missing{number}"
    yield "DELETE", f"{box}/messages/item{number}"
    yield "GET", f"/nowhere/{number}"


async def visit(service: Service, number: int) -> None:
    headers = {
        "X-API-Key": f"caller-{number}",
        "X-Request-ID": f"request-{number}",
        "User-Agent": f"agent/{number}",
    }
    for method, path in anything(number):
        await service.client.request(method, path, headers=headers)


def held(larger: dict[str, object]) -> set[str]:
    """Return which containers hold what they hold for good."""
    kept = {name for name, one in larger.items() if not is_bounded(one)}
    return kept - BY_THEMSELVES


async def test_whatever_grows_has_a_bound(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Mailboxes, items and callers of any number are kept up to a bound."""
    network = SandboxNetwork(sandbox)
    network.between = graph
    settings = settings_for(tmp_path)
    async with started(settings, network, authenticate=called()) as service:
        root = service.app, service.state
        for number in range(FEW):
            await visit(service, number)
        before = Census(root)
        for number in range(FEW, FEW + MANY):
            await visit(service, number)
        larger = grown(before, Census(root), MANY)

    assert {
        "LocalGates._gates",
        "LocalPermits._lanes",
        "_Lately._entries",
        "Quotas._accounts",
        "Writes._last",
    } <= set(larger)
    assert held(larger) == set()


async def test_whoever_signs_in_is_known_up_to_a_bound(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Tokens and users of any number are kept up to a bound."""
    async with started(entra_settings(tmp_path), sandbox) as service:
        root = service.app, service.state

        async def sign_in(number: int) -> None:
            token = sandbox.caller_token(
                "contoso.example",
                user="ada@contoso.example",
                claims={"oid": str(UUID(int=number))},
            )
            await service.client.get(
                "/v1/mailboxes/me/messages",
                headers={"Authorization": f"Bearer {token}"},
            )

        for number in range(FEW):
            await sign_in(number)
        before = Census(root)
        for number in range(FEW, FEW + MANY):
            await sign_in(number)
        larger = grown(before, Census(root), MANY)

    assert {"EntraCallers._verified", "Exchanges._users"} <= set(larger)
    assert held(larger) == set()


def test_nothing_is_remembered_of_each_argument_for_good() -> None:
    """A function with a cache without a bound has no argument to keep."""
    without = [
        one
        for name, module in list(sys.modules.items())
        if name.startswith("app.") and "sandbox" not in name
        for one in vars(module).values()
        if isinstance(one, _lru_cache_wrapper)
        and one.cache_parameters()["maxsize"] is None
        and inspect.signature(one).parameters
    ]

    # There is one way to sign in for each process.
    assert set(without) <= {page_for}
