"""Where tokens for Graph come from: of the apps, and of users."""

from collections.abc import Mapping

import httpx

from app.clock import Clock
from app.settings import Settings
from app.telemetry.recorder import Telemetry
from app.transport.credentials import Credential
from app.transport.delegated import UserTokens
from app.transport.entra import EntraApp
from app.transport.entra_http import EntraHttp
from app.transport.tokens import TokenSource

__all__ = ["token_sources"]


def token_sources(
    settings: Settings,
    credentials: Mapping[str, Credential],
    telemetry: Telemetry,
    network: httpx.AsyncBaseTransport,
    clock: Clock,
) -> tuple[TokenSource, UserTokens]:
    """Make both; they share credentials, and nothing that is remembered."""

    def apps(*, for_users: bool) -> dict[str, EntraApp]:
        http = EntraHttp(
            network,
            settings.login_url,
            clock=clock,
            timeout=settings.timeouts.attempt,
            for_users=for_users,
        )
        return {
            tenant.alias: EntraApp(
                client_id=tenant.client_id,
                credential=credentials[tenant.alias],
                authority=(
                    f"https://{settings.cloud.login_host}/{tenant.tenant_id}"
                ),
                http=http,
                clock=clock,
            )
            for tenant in settings.every_tenant
        }

    scope = settings.cloud.scope
    return (
        TokenSource(
            apps(for_users=False),
            scope=scope,
            clock=clock,
            telemetry=telemetry,
        ),
        UserTokens(
            apps(for_users=True),
            scope=scope,
            clock=clock,
            telemetry=telemetry,
        ),
    )
