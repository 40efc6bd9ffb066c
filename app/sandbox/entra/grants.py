"""The token endpoint: who gets which token for what."""

from collections.abc import Callable, Mapping
from typing import Any

import jwt
import msgspec

from app.sandbox.entra.api_tokens import LIFETIME, ApiToken, signed
from app.sandbox.entra.clients import OPERATOR, OPERATORS, Client, find_client
from app.sandbox.entra.codes import matches
from app.sandbox.entra.credentials import proof_of
from app.sandbox.entra.entra_id import EntraId
from app.sandbox.entra.errors import EntraError
from app.sandbox.entra.jws import peek_header, verified
from app.sandbox.state.directory import User
from app.sandbox.tenants import Tenant

__all__ = ["granted", "roles_of"]

HOSTS = (
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
)
# Asked for beside the permissions of a resource, by MSAL always.
OPENID = ("openid", "profile", "email", "offline_access")
CLIENT, CODE = "client_credentials", "authorization_code"
USE = "on_behalf_of"
ON_BEHALF = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Form = Mapping[str, str]
Body = dict[str, Any]


class _Assertion(msgspec.Struct, kw_only=True):
    """What must be in the token of a user for whom the API acts."""

    aud: str
    exp: float
    oid: str
    tid: str
    nbf: float = 0
    scp: str = ""
    idtyp: str = ""


def roles_of(user: User) -> tuple[str, ...]:
    """Return the roles of the API that a person has been given."""
    return (OPERATOR,) if user.address in OPERATORS else ()


def granted(
    form: Form, origin: str | None, tenant: Tenant, entra: EntraId
) -> Body:
    """Return the answer to a token request.

    Raises:
        EntraError: when it is refused.
    """
    kind = _wanted(form, "grant_type")
    if kind not in GRANTS:
        raise EntraError(70003, kind)
    names, grant = GRANTS[kind]
    for name in ("client_id", *names):
        _wanted(form, name)
    client = find_client(tenant, form["client_id"])
    if client is None or client.id != form["client_id"].lower():
        raise EntraError(700016, form["client_id"])
    if client.credential is None and kind == CODE and origin is None:
        raise EntraError(9002327)
    proof = proof_of(form, client, entra.registrations, entra.clock)
    return grant(form, client, proof, entra)


def _wanted(form: Form, name: str) -> str:
    if not form.get(name):
        raise EntraError(900144, name)
    return form[name]


def _for_itself(
    form: Form, client: Client, proof: str, entra: EntraId
) -> Body:
    resource, slash, permission = form["scope"].rpartition("/")
    if not slash or permission != ".default":
        raise EntraError(70011, form["scope"])
    own = f"api://{client.tenant.client_id}"
    if resource not in (*HOSTS, own, client.tenant.client_id):
        raise EntraError(500011, resource)
    if client.credential is None:
        raise EntraError(7000218)
    if client.is_api != (resource in HOSTS):
        raise EntraError(501051, client.id)
    if client.is_api:
        return _graph_body(client, entra)
    token = ApiToken(
        tenant=client.tenant,
        client_id=client.id,
        proof=proof,
        roles=client.roles,
    )
    return _api_body(token, entra)


def _by_code(form: Form, client: Client, proof: str, entra: EntraId) -> Body:
    sitting = entra.codes.redeem(
        form["code"], client, form["redirect_uri"], entra.clock.now()
    )
    if not matches(sitting, form["code_verifier"]):
        raise EntraError(50148)
    token = ApiToken(
        tenant=client.tenant,
        client_id=client.id,
        proof=proof,
        user=sitting.user,
        scopes=sitting.scopes,
        roles=roles_of(sitting.user),
    )
    own = f"api://{client.tenant.client_id}"
    scope = " ".join(f"{own}/{name}" for name in sitting.scopes)
    return _api_body(token, entra) | {"scope": scope}


def _on_behalf(
    form: Form, client: Client, _proof: str, entra: EntraId
) -> Body:
    if form["requested_token_use"] != USE:
        raise EntraError(900144, "requested_token_use")
    user = _user(form["assertion"], client, entra)
    asked = [one for one in form["scope"].split() if one not in OPENID]
    if not asked:
        raise EntraError(70011, form["scope"])
    for scope in asked:
        resource = scope.rpartition("/")[0]
        if resource not in HOSTS:
            raise EntraError(500011, resource)
    return _graph_body(client, entra, user) | {"scope": " ".join(asked)}


def _user(assertion: str, client: Client, entra: EntraId) -> User:
    """Return whose token the API shows."""
    told = _opened(assertion, entra)
    if told.aud.removeprefix("api://") != client.id:
        raise EntraError(500131)
    now = entra.clock.now().timestamp()
    if not told.nbf <= now < told.exp:
        raise EntraError(500133)
    if not told.scp or told.idtyp == "app":
        raise EntraError(7000114, client.id)
    user = entra.directory.find(told.oid, client.tenant.id)
    if user is None or told.tid != client.tenant.id:
        raise EntraError(50034, told.oid)
    return user


def _opened(assertion: str, entra: EntraId) -> _Assertion:
    kid = peek_header(assertion).get("kid")
    for key in entra.keys.published():
        if key.id == kid:
            break
    else:
        raise EntraError(50013, "The key was not found.")
    try:
        return verified(assertion, key.public, _Assertion, ["RS256"])
    except jwt.PyJWTError:
        raise EntraError(50013, "The provided signature is invalid.") from None
    except msgspec.MsgspecError:
        raise EntraError(50027) from None


def _graph_body(
    client: Client, entra: EntraId, user: User | None = None
) -> Body:
    tokens = entra.tokens
    token = tokens.issue(
        client.tenant.id,
        client.id,
        entra.clock.now(),
        user.id if user else None,
    )
    body = _body(token, tokens.expires_in)
    if tokens.refresh_in is not None:
        body["refresh_in"] = tokens.refresh_in
    return body


def _api_body(token: ApiToken, entra: EntraId) -> Body:
    text = signed(token, entra.keys, entra.clock.now())
    return _body(text, LIFETIME)


def _body(token: str, seconds: int) -> Body:
    return {
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": token,
    }


Grant = Callable[[Form, Client, str, EntraId], Body]
GRANTS: dict[str, tuple[tuple[str, ...], Grant]] = {
    CLIENT: (("scope",), _for_itself),
    CODE: (("code", "redirect_uri", "code_verifier"), _by_code),
    ON_BEHALF: (("assertion", "scope", "requested_token_use"), _on_behalf),
}
