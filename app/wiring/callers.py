"""Who is let in, as the settings have it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.callers.api_keys import ApiKeys
from app.callers.caller import Quota
from app.callers.entra.authenticator import EntraCallers
from app.callers.entra.claims import applications_of
from app.callers.entra.issuers import issuers_of
from app.callers.identity import Authenticate, everybody
from app.settings import AuthMode
from app.transport.documents import Documents
from app.wiring.parts import Parts

__all__ = ["authentication"]


@asynccontextmanager
async def authentication(parts: Parts) -> AsyncIterator[Authenticate]:
    """Provide what finds out who calls."""
    settings, clock = parts.settings, parts.clock
    tenants = [tenant.alias for tenant in settings.every_tenant]
    quota = Quota(
        requests=settings.quota.requests,
        window=settings.quota.window,
        concurrency=settings.quota.concurrency,
    )
    match settings.auth_mode:
        case AuthMode.NONE:
            yield everybody(tenants)
        case AuthMode.API_KEY:
            keys = ApiKeys(
                settings.api_keys, tenants, quota=quota, clock=clock
            )
            yield keys.authenticate
        case AuthMode.ENTRA:
            callers = EntraCallers(
                issuers_of(settings),
                applications_of(settings.callers, tenants, quota),
                Documents(parts.network).fetch,
                clock=clock,
                telemetry=parts.telemetry,
            )
            callers.start()
            try:
                yield callers.authenticate
            finally:
                await callers.aclose()
