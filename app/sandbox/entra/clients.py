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
    do by itself, ``tenants`` where, unless at home.
    """

    name: str
    tenant: Tenant
    id: str
    credential: str | None = None
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    tenants: tuple[Tenant, ...] = ()

    @property
    def is_api(self) -> bool:
        """Whether this is the API itself, which calls Graph."""
        return self.id == self.tenant.client_id

    @property
    def settings(self) -> dict[str, Any]:
        """What whoever runs the API would tell it of this application."""
        home = _alias(self.tenant)
        return {
            "name": f"{home}-{self.name}",
            "client_id": self.id,
            "home_tenant": home,
            "tenants": [_alias(tenant) for tenant in self.tenants],
            "mailboxes": ["*"] if set(self.roles) - {OPERATOR} else [],
        }


CLIENTS = (
    Client(
        name="frontend",
        tenant=CONTOSO,
        id="55555555-5555-4555-8555-555555555555",
        scopes=SCOPES,
        # So that its operators may be those of the service.
        tenants=TENANTS,
    ),
    Client(
        name="daemon",
        tenant=CONTOSO,
        id="66666666-6666-4666-8666-666666666666",
        credential="sandbox-daemon-secret",
        roles=ROLES,
    ),
    Client(
        name="operations",
        tenant=CONTOSO,
        id="99999999-9999-4999-8999-999999999999",
        credential="sandbox-operations-secret",
        roles=(OPERATOR,),
        tenants=TENANTS,
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
    """Return all applications as the settings of the API want them."""
    return [client.settings for client in CLIENTS]


def _alias(tenant: Tenant) -> str:
    return tenant.name.lower()
