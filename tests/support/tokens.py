"""Tokens from the sandbox's Entra ID, over the real MSAL."""

import io

from app.clock import Deadline, SystemClock
from app.sandbox import Sandbox
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.transport.credentials import Credential, secret
from app.transport.entra import EntraApp
from app.transport.entra_http import EntraHttp
from app.transport.tokens import TokenSource
from tests.support.network import SandboxNetwork
from tests.support.service import CONTOSO, FABRIKAM

__all__ = ["SCOPE", "Tokens", "entra_app", "known"]

SCOPE = "https://graph.microsoft.com/.default"


def known(text: str) -> Credential:
    """Return the credential that is this secret."""
    return Credential(text.encode, secret)


def entra_app(
    http: EntraHttp,
    clock: SystemClock,
    tenant: dict[str, str],
    credential: Credential | None = None,
) -> EntraApp:
    """Return the app of a tenant."""
    return EntraApp(
        client_id=tenant["client_id"],
        credential=credential or known(tenant["client_secret"]),
        authority=f"https://login.microsoftonline.com/{tenant['tenant_id']}",
        http=http,
        clock=clock,
    )


class Tokens:
    """A token source, and how often Entra ID was asked."""

    def __init__(self, sandbox: Sandbox, *more: str) -> None:
        self.sandbox = sandbox
        self.clock = SystemClock()
        self.network = SandboxNetwork(sandbox)
        self.log = io.StringIO()
        self.http = EntraHttp(
            self.network, "http://127.0.0.1", clock=self.clock, timeout=10.0
        )
        tenants = {"contoso": CONTOSO, "fabrikam": FABRIKAM}
        tenants |= dict.fromkeys(more, CONTOSO)
        self.source = TokenSource(
            {
                alias: entra_app(self.http, self.clock, tenant)
                for alias, tenant in tenants.items()
            },
            scope=SCOPE,
            clock=self.clock,
            telemetry=Telemetry(EventLog(self.log)),
        )

    async def get(self, seconds: float = 30.0, tenant: str = "contoso") -> str:
        return await self.source.token(tenant, Deadline(self.clock, seconds))

    async def renew(
        self, rejected: str, claims: str | None = None
    ) -> str | None:
        return await self.source.renewed(
            "contoso",
            rejected=rejected,
            claims=claims,
            deadline=Deadline(self.clock, 30.0),
        )

    @property
    def asked(self) -> int:
        return sum(call.route == "token" for call in self.sandbox.calls)
