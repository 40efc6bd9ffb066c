"""A little of everything that can happen, so that everything is counted."""

import asyncio
import json
from typing import Any

import httpx

from app.clock import SystemClock
from app.settings.roles import Role
from tests.support.issuing import DAEMON, FRONTEND
from tests.support.process import Process

__all__ = ["SETTINGS", "make_trouble"]

SETTINGS = {
    "EXCHANGE_AUTH_MODE": "entra",
    "EXCHANGE_CALLERS": json.dumps(
        [
            {
                "name": "machine",
                "client_id": DAEMON,
                "home_tenant": "contoso",
                "tenants": ["contoso", "fabrikam"],
                "mailboxes": ["*"],
            },
            {
                "name": "frontend",
                "client_id": FRONTEND,
                "home_tenant": "contoso",
            },
        ]
    ),
    "EXCHANGE_BUDGET__RESERVE": "1",
    "EXCHANGE_CACHE__FRESH": "0",
    "EXCHANGE_CLIENT_SECRET_EXPIRES": "2100-01-01",
    "EXCHANGE_LIMITS__MAILBOX_CONCURRENCY": "1",
    "EXCHANGE_LIMITS__REQUESTS_IN_FLIGHT": "4",
    "EXCHANGE_RETRY__BASE_DELAY": "0.01",
    "OTEL_EXPORTER_PROMETHEUS_PORT": "0",
    "OTEL_METRICS_EXPORTER": "prometheus",
}
"""What the service needs so that little is enough."""

_ADA = "/v1/mailboxes/ada@contoso.example"
_GRACE = "/v1/mailboxes/grace@contoso.example"
_LETTER = {
    "to": [{"address": "grace@contoso.example"}],
    "subject": "Lunch?",
    "body": {"content": "At noon."},
}
_NEW = {"Cache-Control": "no-cache"}
_AT_ONCE = 8
_TRIES = 100


async def make_trouble(process: Process) -> None:
    """Ask for much, while Graph and Entra ID do what they can against it."""
    control = f"{process.sandbox}/_sandbox"
    async with (
        httpx.AsyncClient(base_url=process.url, timeout=30) as api,
        httpx.AsyncClient(base_url=control) as sandbox,
    ):
        trouble = _Trouble(api, sandbox)
        api.headers["Exchange-Tenant"] = "contoso"
        api.headers.update(await trouble.token(client="daemon", roles=[*Role]))
        await trouble.short_of_tokens()
        await trouble.none()
        await trouble.people()
        await trouble.crowd()
        await trouble.graph()
        await trouble.identity()
        await trouble.operators()


class _Trouble:
    def __init__(
        self, api: httpx.AsyncClient, sandbox: httpx.AsyncClient
    ) -> None:
        self._api = api
        self._sandbox = sandbox

    async def short_of_tokens(self) -> None:
        """Have each token renewed a second after it was given."""
        answer = await self._sandbox.post(
            "/settings", json={"tokens": {"refresh_in": 1}}
        )
        answer.raise_for_status()

    async def none(self) -> None:
        """Read what is kept, send once what is asked for twice."""
        for _ in range(3):
            await self._read(f"{_ADA}/messages?limit=1")
            await self._api.post(
                f"{_ADA}/sends",
                json=_LETTER,
                headers={"Idempotency-Key": "lunch"},
            )

    async def people(self) -> None:
        """Let one ask whom nobody knows, and one who is known."""
        await self._read("/v1/mailboxes", {"Authorization": "Bearer guess"})
        user = await self.token(user="ada@contoso.example")
        await self._read("/v1/mailboxes/me/messages", user)

    async def token(self, **wish: Any) -> dict[str, str]:
        """Return the header that a caller shows."""
        wish["tenant"] = "contoso.example"
        made = await self._sandbox.post("/tokens", json=wish)
        token = made.raise_for_status().json()["access_token"]
        return {"Authorization": f"Bearer {token}"}

    async def crowd(self) -> None:
        """Ask for the same, and for more than there is room for."""
        await self._hit(route="/users/*", delay=0.2, times=_AT_ONCE)
        pages = [f"{_ADA}/messages?limit={n // 2}" for n in range(4, 20)]
        await asyncio.gather(*map(self._read, pages))
        await self._calm()

    async def graph(self) -> None:
        """Let Graph fail in each way that has a name of its own."""
        await self._hit(route="/users/*", status=503)
        for headers in ({"Cache-Control": "max-age=0"}, _NEW, _NEW):
            await self._read(f"{_ADA}/messages?limit=1", headers)
        await self._calm()
        for fault in (
            {"status": 200, "body": "html"},
            {"status": 403},
            {"status": 404},
        ):
            await self._hit(route="/users/*", **fault)
            await self._read(f"{_ADA}/folders/inbox", _NEW)
            await self._calm()
        await self._hit(route="/users/*", status=429, retry_after=600)
        for _ in range(2):
            await self._read(f"{_GRACE}/messages", _NEW)
        await self._calm()

    async def identity(self) -> None:
        """Let Entra ID refuse in each way that has a name of its own.

        In the end one tenant has no token, the other an old one.
        """
        expired = {"error": "invalid_client", "aadsts": 7000222}
        for fault in (
            {"status": 503},
            expired,
            {"error": "invalid_grant", "aadsts": 65001},
        ):
            await self._hit(route="token", **fault)
            await self._api.post("/ops/tokens/fabrikam/drop")
            await self._read("/v1/mailboxes", {"Exchange-Tenant": "fabrikam"})
            await self._calm()
        await self._hit(route="token", **expired)
        await self._refused("contoso")

    async def _refused(self, tenant: str) -> None:
        """Read until the token, still good, was to be renewed."""
        clock = SystemClock()
        for _ in range(_TRIES):
            await self._read("/v1/mailboxes", _NEW)
            state = (await self._api.get("/ops")).json()
            if any(
                token["problem"]
                for token in state["tokens"]
                if token["tenant"] == tenant
            ):
                return
            await clock.sleep(0.1)
        raise TimeoutError(f"{tenant} got all tokens that it asked for")

    async def operators(self) -> None:
        """Have a part of Graph cut off, and asked all the same."""
        breaker = "/ops/breakers/contoso/calendar-read"
        await self._api.post(f"{breaker}/isolate")
        await self._read(f"{_ADA}/calendars", _NEW)
        await self._api.post(f"{breaker}/release")

    async def _read(
        self, path: str, headers: dict[str, str] | None = None
    ) -> None:
        await self._api.get(path, headers=headers)

    async def _hit(self, **fault: Any) -> None:
        answer = await self._sandbox.post("/faults", json=fault)
        answer.raise_for_status()

    async def _calm(self) -> None:
        (await self._sandbox.delete("/faults")).raise_for_status()
