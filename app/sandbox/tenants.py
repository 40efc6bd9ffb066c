"""The tenants and their registered applications."""

from dataclasses import dataclass

__all__ = ["CONTOSO", "FABRIKAM", "TENANTS", "Tenant", "find_tenant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One tenant with one application in it, whose secret is no secret."""

    id: str
    domain: str
    name: str
    client_id: str
    credential: str


CONTOSO = Tenant(
    id="11111111-1111-4111-8111-111111111111",
    domain="contoso.example",
    name="Contoso",
    client_id="22222222-2222-4222-8222-222222222222",
    credential="sandbox-secret",
)
FABRIKAM = Tenant(
    id="33333333-3333-4333-8333-333333333333",
    domain="fabrikam.example",
    name="Fabrikam",
    client_id="44444444-4444-4444-8444-444444444444",
    credential="sandbox-secret-2",
)
TENANTS = (CONTOSO, FABRIKAM)


def find_tenant(name: str) -> Tenant | None:
    """Return a tenant by its id or domain."""
    wanted = name.lower()
    for tenant in TENANTS:
        if wanted in (tenant.id, tenant.domain):
            return tenant
    return None
