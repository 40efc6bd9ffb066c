"""The applications that are registered to call the API."""

from dataclasses import dataclass
from typing import Any

from app.sandbox.tenants import CONTOSO, FABRIKAM, TENANTS, Tenant

__all__ = [
    "CLIENTS",
    "OPERATOR",
    "OPERATORS",
    "ROLES",
    "SCOPES",
    "Client",
    "find_client",
    "known_callers",
]

SCOPES = (
    "mail.read",
    "mail.send",
    "mail.write",
    "calendar.read",
    "calendar.write",
    "contacts.read",
    "contacts.write",
    "settings.read",
    "settings.write",
)
OPERATOR = "operator"
ROLES = (*SCOPES, OPERATOR)
# To whom the administrators of each tenant have given the role.
OPERATORS = ("ada@contoso.example", "linus@fabrikam.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An application; one without a credential is public.

    ``scopes`` is what people may let it do for them, ``roles`` what it may
    do by itself.
    """

    name: str
    tenant: Tenant
    id: str
    credential: str | None = None
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def is_api(self) -> bool:
        """Whether this is the API itself, which calls Graph."""
        return self.id == self.tenant.client_id

    @property
    def mailboxes(self) -> list[str]:
        """What an administrator of the API would let it open by itself."""
        return ["*"] if self.roles else []


CLIENTS = (
    Client(
        name="frontend",
        tenant=CONTOSO,
        id="55555555-5555-4555-8555-555555555555",
        scopes=SCOPES,
    ),
    Client(
        name="daemon",
        tenant=CONTOSO,
        id="66666666-6666-4666-8666-666666666666",
        credential="sandbox-daemon-secret",
        roles=ROLES,
    ),
    Client(
        name="frontend",
        tenant=FABRIKAM,
        id="77777777-7777-4777-8777-777777777777",
        scopes=SCOPES,
    ),
    Client(
        name="daemon",
        tenant=FABRIKAM,
        id="88888888-8888-4888-8888-888888888888",
        credential="sandbox-daemon-secret-2",
        roles=ROLES,
    ),
)


def find_client(tenant: Tenant, name: str) -> Client | None:
    """Return an application of a tenant, the API too, by its id or name."""
    api = Client(
        name="api",
        tenant=tenant,
        id=tenant.client_id,
        credential=tenant.credential,
    )
    for client in (api, *CLIENTS):
        known = name.lower() in (client.id, client.name)
        if known and client.tenant is tenant:
            return client
    return None


def known_callers() -> list[dict[str, Any]]:
    """Return the applications as the settings of the API want them."""
    return [
        {
            "name": f"{client.tenant.name.lower()}-{client.name}",
            "client_id": client.id,
            "home_tenant": client.tenant.name.lower(),
            "mailboxes": client.mailboxes,
        }
        for tenant in TENANTS
        for client in CLIENTS
        if client.tenant is tenant
    ]
