"""The token endpoint as the real MSAL uses it."""

import asyncio
from typing import Any

import httpx
import msal
import pytest

from app.sandbox import Fault, Sandbox
from tests.contract.conftest import (
    ADA,
    CONTOSO,
    CREDENTIALS,
    client_of,
)

pytestmark = pytest.mark.anyio

LOGIN = "https://login.microsoftonline.com"
SCOPES = ["https://graph.microsoft.com/.default"]


class Rebased:
    """An HTTP client for MSAL that leads everything to the sandbox."""

    def __init__(
        self, client: httpx.AsyncClient, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._client = client
        self._loop = loop

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self._ask("GET", url, options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self._ask("POST", url, options)

    def close(self) -> None:
        """Nothing is held."""

    def _ask(
        self, method: str, url: str, options: dict[str, Any]
    ) -> httpx.Response:
        here = url.replace(LOGIN, "http://sandbox.test")
        options.pop("allow_redirects", None)
        request = self._client.request(method, here, **options)
        return asyncio.run_coroutine_threadsafe(request, self._loop).result()


async def acquire(
    client: httpx.AsyncClient, **changes: Any
) -> list[dict[str, Any]]:
    """Let MSAL get a token twice, and return both results."""
    client_id, secret = CREDENTIALS[CONTOSO]
    loop = asyncio.get_running_loop()

    def work() -> list[dict[str, Any]]:
        app = msal.ConfidentialClientApplication(
            **{
                "client_id": client_id,
                "client_credential": secret,
                "authority": f"{LOGIN}/{CONTOSO}",
                "instance_discovery": False,
                "http_client": Rebased(client, loop),
                **changes,
            }
        )
        return [app.acquire_token_for_client(SCOPES) for _ in range(2)]

    return await asyncio.to_thread(work)


async def test_msal_gets_a_token_and_keeps_it(sandbox: Sandbox) -> None:
    """The real MSAL asks once, and its token is good."""
    async with client_of(sandbox) as client:
        first, second = await acquire(client)
        bearer = {"Authorization": f"Bearer {first['access_token']}"}
        answer = await client.get(ADA, headers=bearer)

    assert answer.status_code == 200
    sources = [result["token_source"] for result in (first, second)]
    assert sources == ["identity_provider", "cache"]
    assert [call.route for call in sandbox.calls] == [
        "openid-configuration",
        "token",
        "/users/{mailbox}",
    ]
    assert sandbox.calls[1].headers["x-client-sku"] == "MSAL.Python"


async def test_msal_declares_what_it_can(sandbox: Sandbox) -> None:
    """A capability reaches the token endpoint as claims."""
    async with client_of(sandbox) as client:
        await acquire(client, client_capabilities=["CP1"])

    assert "xms_cc" in sandbox.calls[1].form["claims"]


async def test_msal_reports_a_wrong_secret(sandbox: Sandbox) -> None:
    """MSAL returns Entra ID's error as a dict."""
    async with client_of(sandbox) as client:
        first, _ = await acquire(client, client_credential="wrong")

    assert first["error"] == "invalid_client"
    assert first["error_codes"] == [7000215]


async def test_msal_refuses_an_unknown_tenant(sandbox: Sandbox) -> None:
    """MSAL finds out in its constructor."""
    async with client_of(sandbox) as client:
        with pytest.raises(ValueError, match="double check your tenant"):
            await acquire(client, authority=f"{LOGIN}/nowhere.example")


async def test_msal_sees_an_outage(sandbox: Sandbox) -> None:
    """A 503 of the token endpoint is an exception in MSAL."""
    sandbox.faults.add(Fault(route="token", status=503))
    async with client_of(sandbox) as client:
        with pytest.raises(msal.exceptions.MsalServiceError):
            await acquire(client)
