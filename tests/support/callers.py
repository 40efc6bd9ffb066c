"""Callers that say who they are, and are believed."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from app.callers.caller import Caller, Quota
from app.callers.identity import (
    Authenticate,
    Credentials,
    Identity,
    everybody,
)
from app.settings.roles import Role

__all__ = ["api_key", "called"]

TENANTS = ("contoso", "fabrikam")


def called(
    default: str = "somebody",
    *,
    quota: Quota | None = None,
    tenants: tuple[str, ...] = TENANTS,
) -> Authenticate:
    """Take what is in X-API-Key for the caller's name; it may do all."""

    async def authenticate(credentials: Credentials) -> Identity:
        anybody = await everybody(tenants)(credentials)
        [name] = credentials.api_key or (default,)
        return replace(anybody, caller=Caller(name, quota))

    return authenticate


def api_key(key: str, **changes: Any) -> dict[str, Any]:
    """Return the settings of a key that may do all in the first tenant."""
    return {
        "name": "machine",
        "sha256": sha256(key.encode()).hexdigest(),
        "roles": list(Role),
        "tenants": ["contoso"],
        "mailboxes": ["*"],
    } | changes
