"""Who issues callers' tokens, and where the keys to check them lie. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.problems.graph_failures import IdentityUnavailable
from app.settings import Settings, TenantSettings
from app.settings.cloud import Cloud

__all__ = ["Authority", "Issuer", "Tenant", "issuers_of"]

_CONFIGURATION = "/.well-known/openid-configuration"
_V1 = {Cloud.CHINA: "https://sts.chinacloudapi.cn"}
# What the cloud's documents call its host besides.
_ALSO = {Cloud.CHINA: ("https://login.partner.microsoftonline.cn",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A tenant whose callers come in, and the audiences it knows us by."""

    alias: str
    id: str
    audiences: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Whoever signs for one or more issuers, with the same keys.

    Attributes:
        label: How it is called in the log.
        names: What its documents may call it.
        configuration: Where they begin (OpenID Connect Discovery 1.0).
        origins: What the address of its keys may begin with; nobody else's
            keys are fetched, whatever the document says.
        base: What stands there instead: Entra ID may have been moved.
        tenant_id: Stands for ``{tenantid}`` in the names of keys' issuers.
    """

    label: str
    names: frozenset[str]
    configuration: str
    origins: frozenset[str]
    base: str
    tenant_id: str = ""

    def keys_url(self, document: Mapping[str, Any]) -> str:
        """Return where the keys lie, by the authority's configuration.

        Raises:
            IdentityUnavailable: It is somebody else's.
        """
        issuer, told = document.get("issuer"), document.get("jwks_uri")
        if not isinstance(issuer, str) or not isinstance(told, str):
            raise IdentityUnavailable(
                "The issuer's configuration names no issuer or keys."
            )
        if issuer not in self.names:
            raise IdentityUnavailable(
                "The issuer's configuration is that of another."
            )
        origin, slash, rest = _split(told)
        if origin not in self.origins:
            raise IdentityUnavailable("The issuer has its keys elsewhere.")
        return self.base + slash + rest

    def owns(self, key: Mapping[str, Any]) -> bool:
        """Tell whether a key is its own; most do not say.

        Source: https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signing-key-issuer
        """
        issuer = key.get("issuer")
        if issuer is None:
            return True
        return (
            isinstance(issuer, str)
            and issuer.replace("{tenantid}", self.tenant_id) in self.names
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One that may stand in ``iss``, and what must stand beside it.

    ``versions`` are those of its tokens (``ver``), ``tenants`` those that
    they may be of (``tid``).
    """

    name: str
    authority: Authority
    versions: frozenset[str]
    tenants: Mapping[str, Tenant] = field(hash=False)


def issuers_of(settings: Settings) -> dict[str, Issuer]:
    """Return the issuers by name: ``EXCHANGE_ISSUERS``, or the tenants'.

    One that is a tenant's, and named there, vouches for that tenant alone.
    """
    tenants = {
        tenant.id: tenant
        for tenant in (
            _tenant(each, settings) for each in settings.every_tenant
        )
    }
    own = {
        issuer.name: issuer
        for tenant in tenants.values()
        for issuer in _of_tenant(tenant, settings)
    }
    if not settings.issuers:
        return own
    # Those of version 1 end in a slash, which settings do not keep.
    found = (
        own.get(name) or own.get(f"{name}/") or _other(name, tenants)
        for name in settings.issuers
    )
    return {issuer.name: issuer for issuer in found}


def _tenant(tenant: TenantSettings, settings: Settings) -> Tenant:
    own = (tenant.client_id.lower(), f"api://{tenant.client_id.lower()}")
    return Tenant(
        alias=tenant.alias,
        id=tenant.tenant_id.lower(),
        audiences=frozenset(settings.audience or own),
    )


def _of_tenant(tenant: Tenant, settings: Settings) -> list[Issuer]:
    """Return the issuers of a tenant's tokens of version 2 and 1."""
    cloud = settings.cloud
    hosts = (f"https://{cloud.login_host}", *_ALSO.get(cloud, ()))
    names = frozenset(f"{host}/{tenant.id}/v2.0" for host in hosts)
    login = settings.login_url
    authority = Authority(
        label=tenant.alias,
        names=names,
        configuration=f"{login}/{tenant.id}/v2.0{_CONFIGURATION}",
        origins=frozenset({*hosts, _split(login)[0]}),
        base=login,
        tenant_id=tenant.id,
    )
    v1 = _V1.get(cloud, "https://sts.windows.net")
    versions = dict.fromkeys(names, "2.0") | {f"{v1}/{tenant.id}/": "1.0"}
    return [
        Issuer(
            name=name,
            authority=authority,
            versions=frozenset({version}),
            tenants={tenant.id: tenant},
        )
        for name, version in versions.items()
    ]


def _other(name: str, tenants: Mapping[str, Tenant]) -> Issuer:
    """Return an issuer that may vouch for callers of every tenant."""
    origin = _split(name)[0]
    authority = Authority(
        label=name,
        names=frozenset({name}),
        configuration=name.rstrip("/") + _CONFIGURATION,
        origins=frozenset({origin}),
        base=origin,
    )
    return Issuer(
        name=name,
        authority=authority,
        versions=frozenset({"1.0", "2.0"}),
        tenants=tenants,
    )


def _split(url: str) -> tuple[str, str, str]:
    """Return the origin of a URL, the slash behind it, and the rest."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}", slash, path
