"""A tenant whose credential stands in a file, and what is asked with it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from app.clock import Deadline, SystemClock
from app.sandbox import Sandbox
from app.wiring.gauges import watch_gauges
from app.wiring.parts import Parts, build_parts
from app.wiring.policies import build_breaker
from tests.support.metering import Metering
from tests.support.network import SandboxNetwork
from tests.support.service import CONTOSO, settings_for

__all__ = ["Asking", "AskingWith", "tenant"]


def tenant(**credential: object) -> dict[str, object]:
    """Return a tenant that proves itself with this."""
    ids = ("alias", "tenant_id", "client_id")
    return {**{name: CONTOSO[name] for name in ids}, **credential}


@dataclass(frozen=True, kw_only=True)
class Asking:
    """All that asks Entra ID for tokens, over the real MSAL."""

    parts: Parts
    network: SandboxNetwork
    metering: Metering

    async def token(self) -> str:
        deadline = Deadline(self.parts.clock, 30)
        return await self.parts.tokens.token("contoso", deadline)

    async def later(self, seconds: float) -> str:
        """Return the token of so many seconds later."""
        await self.parts.clock.sleep(seconds)
        return await self.token()

    @property
    def shown(self) -> list[dict[str, str]]:
        """The forms with which tokens were asked for."""
        return [
            dict(parse_qsl(request.content.decode()))
            for request in self.network.requests
            if request.method == "POST"
        ]


AskingWith = Callable[..., AbstractAsyncContextManager[Asking]]


@pytest.fixture
def asking_with(tmp_path: Path, sandbox: Sandbox) -> AskingWith:
    """Start asking with a credential: the member of a tenant's settings."""

    @asynccontextmanager
    async def ask(**credential: object) -> AsyncIterator[Asking]:
        metering, network = Metering(), SandboxNetwork(sandbox)
        settings = settings_for(tmp_path, tenants=[tenant(**credential)])
        parts = build_parts(
            settings, metering.telemetry, network, SystemClock()
        )
        watch_gauges(parts, build_breaker(parts))
        try:
            yield Asking(parts=parts, network=network, metering=metering)
        finally:
            await parts.aclose()

    return ask
