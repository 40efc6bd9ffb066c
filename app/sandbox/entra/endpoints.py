"""What Entra ID answers: tokens, pages, and what its clients look up."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from app.sandbox.entra.authorize import authorize
from app.sandbox.entra.documents import configuration, instances, key_set
from app.sandbox.entra.entra_id import EntraId
from app.sandbox.entra.errors import EntraError, entra_error
from app.sandbox.entra.grants import granted
from app.sandbox.entra.jws import peek
from app.sandbox.request import Request
from app.sandbox.tenants import Tenant, find_tenant
from app.sandbox.wire import Answer, empty, json_answer

__all__ = [
    "ENTRA_ROUTES",
    "entra_route",
    "named_user",
    "public_form",
    "respond",
]

ISSUE = "token"
PREFLIGHT = "token-preflight"
AUTHORIZE = "authorize"
KEYS = "keys"
CONFIGURATION = "openid-configuration"
DISCOVERY = "instance-discovery"
ENTRA_ROUTES = (
    ("POST", ISSUE),
    ("OPTIONS", PREFLIGHT),
    ("GET", AUTHORIZE),
    ("GET", KEYS),
    ("GET", CONFIGURATION),
    ("GET", DISCOVERY),
)
_PATHS = {
    ("POST", "oauth2", "v2.0", "token"): ISSUE,
    ("OPTIONS", "oauth2", "v2.0", "token"): PREFLIGHT,
    ("GET", "oauth2", "v2.0", "authorize"): AUTHORIZE,
    ("GET", "discovery", "v2.0", "keys"): KEYS,
    ("GET", "discovery", "keys"): KEYS,
    ("GET", "v2.0", ".well-known", CONFIGURATION): CONFIGURATION,
    ("GET", ".well-known", CONFIGURATION): CONFIGURATION,
    ("GET", "discovery", "instance"): DISCOVERY,
}
SECRETS = (
    "client_secret",
    "client_assertion",
    "assertion",
    "code",
    "code_verifier",
)


def entra_route(request: Request) -> tuple[str, str] | None:
    """Return the route and the tenant's name, when Entra ID is asked."""
    tenant, *rest = request.segments
    route = _PATHS.get((request.method, *rest))
    return None if route is None else (route, tenant)


def public_form(request: Request) -> dict[str, str]:
    """Return a token request's form without its secrets."""
    form = _form(request)
    return {name: text for name, text in form.items() if name not in SECRETS}


def named_user(request: Request) -> str | None:
    """Return the object id for whom a token is asked for, true or not."""
    name = peek(_form(request).get("assertion", "")).get("oid")
    return name if isinstance(name, str) else None


def respond(
    route: str, tenant: str, request: Request, entra: EntraId
) -> Answer:
    """Answer a request to Entra ID."""
    is_first = "v2.0" not in request.segments
    if route == DISCOVERY:
        return json_answer(instances())
    if route == PREFLIGHT:
        return _preflight(request)
    if route == KEYS and is_first:
        # Those of version 1 are the same for everybody.
        return json_answer(key_set(entra.keys, None))
    found = find_tenant(tenant)
    if found is None:
        return entra_error(90002, entra.clock.now(), tenant)
    if route == CONFIGURATION:
        return json_answer(configuration(found, 1 if is_first else 2))
    return _WORK[route](request, found, entra)


def _key_set(_request: Request, tenant: Tenant, entra: EntraId) -> Answer:
    return json_answer(key_set(entra.keys, tenant))


def _token(request: Request, tenant: Tenant, entra: EntraId) -> Answer:
    origin = request.header("origin")
    try:
        body = granted(_form(request), origin, tenant, entra)
    except EntraError as error:
        return entra_error(error.number, entra.clock.now(), *error.subject)
    return json_answer(body).plus({"Cache-Control": "no-store, no-cache"})


_WORK: dict[str, Callable[[Request, Tenant, EntraId], Answer]] = {
    ISSUE: _token,
    AUTHORIZE: authorize,
    KEYS: _key_set,
}


def _form(request: Request) -> dict[str, str]:
    kind = request.header("content-type") or ""
    if not kind.startswith("application/x-www-form-urlencoded"):
        return {}
    text = request.body.decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def _preflight(request: Request) -> Answer:
    """Let pages of any origin ask for tokens: their addresses are checked."""
    asked = request.header("access-control-request-headers") or ""
    return empty(204).plus(
        {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": asked,
        }
    )
