"""What Entra ID answers: tokens, and the documents that MSAL reads first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from app.sandbox.entra.errors import entra_error
from app.sandbox.entra.tokens import Tokens
from app.sandbox.request import Request
from app.sandbox.tenants import Tenant, find_tenant
from app.sandbox.wire import Answer, json_answer

__all__ = ["ENTRA_ROUTES", "entra_route", "public_form", "respond"]

# MSAL insists on the real host, whatever address it really talks to.
LOGIN = "https://login.microsoftonline.com"
ISSUE = "token"
CONFIGURATION = "openid-configuration"
DISCOVERY = "instance-discovery"
ENTRA_ROUTES = (("POST", ISSUE), ("GET", CONFIGURATION), ("GET", DISCOVERY))
HOSTS = (
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
)
SECRETS = ("client_secret", "client_assertion", "assertion")
MALFORMED_REQUEST = 900144


def entra_route(request: Request) -> tuple[str, str] | None:
    """Return the route and the tenant's name, when Entra ID is asked."""
    match request.method, request.segments:
        case "POST", (tenant, "oauth2", "v2.0", "token"):
            return ISSUE, tenant
        case "GET", (tenant, "v2.0", ".well-known", name) if (
            name == CONFIGURATION
        ):
            return CONFIGURATION, tenant
        case "GET", (tenant, "discovery", "instance"):
            return DISCOVERY, tenant
        case _:
            return None


def public_form(request: Request) -> dict[str, str]:
    """Return a token request's form without its secrets."""
    form = _form(request)
    return {name: text for name, text in form.items() if name not in SECRETS}


def respond(
    route: str, tenant: str, request: Request, tokens: Tokens, now: datetime
) -> Answer:
    """Answer a request to Entra ID."""
    if route == DISCOVERY:
        return json_answer(_instances())
    found = find_tenant(tenant)
    if found is None:
        return entra_error(90002, now, tenant)
    if route == CONFIGURATION:
        return json_answer(_configuration(found))
    form = _form(request)
    refusal = _refusal(form, found, now)
    return refusal or _granted(tokens, found, now)


def _form(request: Request) -> dict[str, str]:
    kind = request.header("content-type") or ""
    if not kind.startswith("application/x-www-form-urlencoded"):
        return {}
    text = request.body.decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def _refusal(
    form: Mapping[str, str], tenant: Tenant, now: datetime
) -> Answer | None:
    """Return what is wrong with a token request, in Entra ID's order."""
    for name in ("grant_type", "client_id", "scope"):
        if not form.get(name):
            return entra_error(MALFORMED_REQUEST, now, name)
    if form["grant_type"] != "client_credentials":
        return entra_error(70003, now, form["grant_type"])
    if form["client_id"].lower() != tenant.client_id:
        return entra_error(700016, now, form["client_id"])
    return _bad_credential(form, tenant, now) or _bad_scope(form, now)


def _bad_credential(
    form: Mapping[str, str], tenant: Tenant, now: datetime
) -> Answer | None:
    # Assertions are taken on trust: their signatures are MSAL's business.
    if form.get("client_assertion"):
        return None
    if "client_secret" not in form:
        return entra_error(7000218, now)
    if form["client_secret"] != tenant.credential:
        return entra_error(7000215, now)
    return None


def _bad_scope(form: Mapping[str, str], now: datetime) -> Answer | None:
    resource, slash, permission = form["scope"].rpartition("/")
    if not slash or permission != ".default":
        return entra_error(70011, now, form["scope"])
    if resource not in HOSTS:
        return entra_error(500011, now, resource)
    return None


def _granted(tokens: Tokens, tenant: Tenant, now: datetime) -> Answer:
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
        "ext_expires_in": tokens.expires_in,
        "access_token": tokens.issue(tenant.id, tenant.client_id, now),
    }
    if tokens.refresh_in is not None:
        body["refresh_in"] = tokens.refresh_in
    return json_answer(body).plus({"Cache-Control": "no-store, no-cache"})


def _configuration(tenant: Tenant) -> dict[str, Any]:
    base = f"{LOGIN}/{tenant.id}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email"],
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": "graph.microsoft.com",
    }


def _instances() -> dict[str, Any]:
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
