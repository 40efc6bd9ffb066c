"""Callers of the service: people, and the application by itself."""

from typing import Any

from app.sandbox import Sandbox

__all__ = ["ADA", "GRACE", "ME", "bearer", "object_id", "person"]

ADA = "ada@contoso.example"
GRACE = "grace@contoso.example"
ME = "/v1/mailboxes/me"


def person(sandbox: Sandbox, name: str = ADA, **wish: Any) -> dict[str, str]:
    """Return the header that a person's browser sends."""
    return bearer(sandbox, user=name, **wish)


def object_id(sandbox: Sandbox, name: str) -> str:
    """Return the object id of a user."""
    user = sandbox.entra.directory.find(name)
    assert user is not None
    return user.id


def bearer(sandbox: Sandbox, **wish: Any) -> dict[str, str]:
    """Return the header of any caller in the tenant of Contoso."""
    token = sandbox.caller_token("contoso.example", **wish)
    return {"Authorization": f"Bearer {token}"}
