"""Signing in: a person picks who they are, and their client gets a code."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from app.sandbox.entra.clients import Client, find_client
from app.sandbox.entra.codes import Sitting
from app.sandbox.entra.entra_id import EntraId
from app.sandbox.entra.errors import EntraError
from app.sandbox.entra.grants import OPENID
from app.sandbox.entra.pages import choice, refusal
from app.sandbox.request import Request
from app.sandbox.state.directory import User
from app.sandbox.tenants import Tenant
from app.sandbox.wire import Answer

__all__ = ["authorize"]

# Entra ID does not take ``[::1]`` either.
LOOPBACK = re.compile(
    r"http://(127\.0\.0\.1|localhost)(:\d{1,5})?(/[!-\"$-~]*)?"
)
Options = Mapping[str, str]


def authorize(request: Request, tenant: Tenant, entra: EntraId) -> Answer:
    """Answer a browser that was sent here to sign in."""
    options = dict(request.options)
    try:
        client, back = _client(options, tenant)
    except EntraError as error:
        # There is no address to which a browser may be sent with it.
        return refusal(tenant, str(error))
    try:
        scopes = _scopes(options, client)
    except EntraError as error:
        told = {"error": error.error, "error_description": str(error)}
        return _redirect(back, options, told)
    users = [
        user
        for user in entra.directory.members(tenant.id)
        if user.properties["accountEnabled"]
    ]
    picked = _picked(users, options.get("login_hint", ""))
    if picked is None:
        return choice(tenant, client, users, options)
    sitting = Sitting(
        client=client,
        user=picked,
        scopes=scopes,
        redirect_uri=back,
        challenge=options["code_challenge"],
    )
    code = entra.codes.issue(sitting, entra.clock.now())
    return _redirect(back, options, {"code": code})


def _client(options: Options, tenant: Tenant) -> tuple[Client, str]:
    """Return who asks, and where its browser is to go."""
    client_id = options.get("client_id", "")
    client = find_client(tenant, client_id)
    if client is None or client.id != client_id.lower():
        raise EntraError(700016, client_id)
    back = options.get("redirect_uri", "")
    if not client.scopes or not LOOPBACK.fullmatch(back):
        raise EntraError(50011, back)
    return client, back


def _scopes(options: Options, client: Client) -> tuple[str, ...]:
    """Return what the client may do for the person."""
    kind = options.get("response_type", "")
    if kind != "code":
        raise EntraError(700054, kind)
    has_challenge = options.get("code_challenge")
    if not has_challenge or options.get("code_challenge_method") != "S256":
        raise EntraError(9002325)
    asked = options.get("scope", "").split()
    found: set[str] = set()
    for scope in asked:
        found.update(() if scope in OPENID else _permitted(scope, client))
    if not found:
        raise EntraError(70011, options.get("scope", ""))
    return tuple(name for name in client.scopes if name in found)


def _permitted(scope: str, client: Client) -> tuple[str, ...]:
    resource, _, name = scope.rpartition("/")
    if resource.removeprefix("api://") != client.tenant.client_id:
        raise EntraError(500011, resource)
    if name == ".default":
        return client.scopes
    if name not in client.scopes:
        raise EntraError(650053, name)
    return (name,)


def _picked(users: list[User], hint: str) -> User | None:
    for user in users:
        if hint.lower() in (user.id, user.address.lower()):
            return user
    return None


def _redirect(back: str, options: Options, told: Mapping[str, str]) -> Answer:
    if "state" in options:
        told = {**told, "state": options["state"]}
    joint = "&" if "?" in back else "?"
    place = f"{back}{joint}{urlencode(told)}"
    return Answer(status=302, headers={"Location": place})
