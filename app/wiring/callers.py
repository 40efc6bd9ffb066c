"""Who is let in, as the settings have it."""

from app.callers.api_keys import ApiKeys
from app.callers.caller import Quota
from app.callers.identity import Authenticate, everybody
from app.settings import AuthMode
from app.wiring.parts import Parts

__all__ = ["build_authentication"]


def build_authentication(parts: Parts) -> Authenticate:
    """Return what finds out who calls."""
    settings, clock = parts.settings, parts.clock
    tenants = [tenant.alias for tenant in settings.every_tenant]
    quota = Quota(
        requests=settings.quota.requests,
        window=settings.quota.window,
        concurrency=settings.quota.concurrency,
    )
    match settings.auth_mode:
        case AuthMode.NONE:
            return everybody(tenants)
        case AuthMode.API_KEY:
            keys = ApiKeys(
                settings.api_keys, tenants, quota=quota, clock=clock
            )
            return keys.authenticate
        case AuthMode.ENTRA:
            raise NotImplementedError
