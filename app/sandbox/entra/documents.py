"""The documents that Entra ID publishes of itself."""

from typing import Any

from app.sandbox.entra.api_tokens import LOGIN, Version, issuer_of
from app.sandbox.entra.keys import KeyRing
from app.sandbox.tenants import Tenant

__all__ = ["configuration", "instances", "key_set"]


def configuration(tenant: Tenant, version: Version) -> dict[str, Any]:
    """Return a tenant's OpenID Connect configuration, as far as needed.

    The keys of version 1 are told for all tenants in one place.
    """
    base = f"{LOGIN}/{tenant.id}"
    middle = "" if version == 1 else "/v2.0"
    keys = f"{base}/discovery/v2.0" if middle else f"{LOGIN}/common/discovery"
    return {
        "issuer": issuer_of(tenant, version),
        "authorization_endpoint": f"{base}/oauth2{middle}/authorize",
        "token_endpoint": f"{base}/oauth2{middle}/token",
        "device_authorization_endpoint": f"{base}/oauth2{middle}/devicecode",
        "jwks_uri": f"{keys}/keys",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "id_token"],
        "scopes_supported": ["openid", "profile", "email"],
        "end_session_endpoint": f"{base}/oauth2{middle}/logout",
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": "graph.microsoft.com",
    }


def key_set(keys: KeyRing, tenant: Tenant | None) -> dict[str, Any]:
    """Return the published keys; those of version 1 name no issuer.

    Source: `AadIssuerValidator` of Microsoft.IdentityModel, which takes a
    key's issuer for that of version 1 as well.
    """
    issuer = {} if tenant is None else {"issuer": issuer_of(tenant)}
    return {"keys": [key.jwk() | issuer for key in keys.published()]}


def instances() -> dict[str, Any]:
    """Return the names of the one cloud there is."""
    return {
        "tenant_discovery_endpoint": f"{LOGIN}/common/v2.0/.well-known"
        "/openid-configuration",
        "api-version": "1.1",
        "metadata": [
            {
                "preferred_network": "login.microsoftonline.com",
                "preferred_cache": "login.windows.net",
                "aliases": [
                    "login.microsoftonline.com",
                    "login.windows.net",
                    "login.microsoft.com",
                    "sts.windows.net",
                ],
            }
        ],
    }
