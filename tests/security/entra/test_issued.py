"""Tokens by an issuer that others wrote, over the whole service."""

from typing import Any

import pytest
from _pytest.mark import ParameterSet

from tests.security.entra.issuer import Issuer
from tests.security.entra.trying import (
    FORBIDDEN,
    MESSAGES,
    UNAUTHENTICATED,
    attempt,
    bearing,
)
from tests.support.issuing import V2, app_claims, user_claims
from tests.support.service import CONTOSO, FABRIKAM, Service

pytestmark = pytest.mark.anyio

# The tenant of personal accounts.
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
GRAPH = "00000003-0000-0000-c000-000000000000"
HOUR = 3600


class At:
    """A time, in seconds from now."""

    def __init__(self, seconds: float, kind: type[Any] = int) -> None:
        self.seconds = seconds
        self.kind = kind


def app(
    tried: str, answered: str = UNAUTHENTICATED, **claims: Any
) -> ParameterSet:
    """Return an attack with an application's token that says so."""
    return _attack(tried, answered, "app", claims)


def user(
    tried: str, answered: str = UNAUTHENTICATED, **claims: Any
) -> ParameterSet:
    """Return an attack with a user's token that says so."""
    return _attack(tried, answered, "user", claims)


def _attack(
    tried: str, answered: str, kind: str, claims: dict[str, Any]
) -> ParameterSet:
    mark = pytest.mark.attack(tried, answered)
    return pytest.param(kind, claims, marks=mark, id=tried)


AUDIENCES = [
    app("A token for another service", aud="https://other.example"),
    app("A token for Microsoft Graph, by its id", aud=GRAPH),
    app(
        "A token for Microsoft Graph, by its name",
        aud="https://graph.microsoft.com",
    ),
    app("A token for nobody", aud=None),
    app("A token for several services", aud=[CONTOSO["client_id"], GRAPH]),
    app("A token for this service, in a list", aud=[CONTOSO["client_id"]]),
    app(
        "A token for a service whose name begins so",
        aud=CONTOSO["client_id"] + "0",
    ),
    app(
        "A token for the other tenant's registration",
        aud=FABRIKAM["client_id"],
    ),
]
ISSUERS = [
    app("Entra ID's name on another's token", iss=V2),
    app("No issuer", iss=None),
    app("A list of issuers", iss=[V2]),
    app("An issuer with a slash behind it", iss="{}/"),
    app("An issuer in upper case", iss="HTTP://LOCALHOST"),
    app("An issuer whose name begins so", iss="{}.evil.example"),
    app("An issuer with something before it", iss="https://evil.example/{}"),
    app("An issuer with a user in it", iss="http://evil@localhost"),
    app("An issuer without a name", iss=""),
]
TENANTS = [
    app("A tenant that is not served", tid=GRAPH),
    user("A personal account", tid=PERSONAL),
    app("No tenant", tid=None),
    app("A list of tenants", tid=[CONTOSO["tenant_id"]]),
    app(
        "The other tenant, for the first one's service",
        tid=FABRIKAM["tenant_id"],
    ),
]
TIMES = [
    app(
        "A token that has expired",
        iat=At(-2 * HOUR),
        nbf=At(-2 * HOUR),
        exp=At(-HOUR),
    ),
    app(
        "A token that expired more than a minute ago",
        exp=At(-70),
        nbf=At(-HOUR),
        iat=At(-HOUR),
    ),
    app("A token that is not valid yet", nbf=At(HOUR), exp=At(2 * HOUR)),
    app("A token that is issued in an hour", iat=At(HOUR - 1), exp=At(HOUR)),
    app("A token that never expires", exp=None),
    app("A token that holds since ever", nbf=None),
    app("A lifetime as text", exp=At(HOUR, str)),
    app("A lifetime with a fraction", exp=At(HOUR + 0.5, float)),
    app("A lifetime of a thousand years", exp=At(HOUR * 24 * 365_000)),
    app("A lifetime that is true", exp=True),
    app("A lifetime that ends before it begins", exp=At(10), nbf=At(20)),
    app(
        "An expired token of an application that is not known",
        iat=At(-2 * HOUR),
        nbf=At(-2 * HOUR),
        exp=At(-HOUR),
        azp=GRAPH,
    ),
]
KINDS = [
    user("An identity token", scp=None, azp=None, nonce="n"),
    user("A user's token without scopes", scp=None),
    user("A user's token with roles only", scp=None, roles=["mail.read"]),
    user(
        "The same, by a client with a secret",
        scp=None,
        roles=["mail.read"],
        azpacr="1",
    ),
    user("A user's token that says it is an application's", idtyp="app"),
    app("An application's token with scopes", scp="mail.read"),
    app(
        "An application's token that says it is a user's",
        scp="mail.read",
        idtyp="user",
    ),
    app("An application's token of another subject", sub="x"),
    app("A device's token", idtyp="device"),
    user("A user without an object", oid=None),
    app("Roles as text", roles="mail.read"),
    app("No application", azp=None),
]
RIGHTS = [
    app("An application that is not known here", FORBIDDEN, azp=GRAPH),
    user(
        "A user of an application that is not known here", FORBIDDEN, azp=GRAPH
    ),
    app("An application without roles", FORBIDDEN, roles=[]),
    app("A role in other case", FORBIDDEN, roles=["Mail.Read"]),
    app("A role that looks alike", FORBIDDEN, roles=["mail.re\u0430d"]),
    app("A role in a list in a list", FORBIDDEN, roles=[["mail.read"]]),
    user("A scope in other case", FORBIDDEN, scp="Mail.Read"),
    user("A scope that looks alike", FORBIDDEN, scp="mail.re\u0430d"),
    user("A scope that begins so", FORBIDDEN, scp="mail.readwrite"),
    user("Scopes with a comma between", FORBIDDEN, scp="mail.read,mail.send"),
    user(
        "A scope with its resource before it",
        FORBIDDEN,
        scp=f"api://{GRAPH}/mail.read",
    ),
]


def spelled(
    kind: str, changes: dict[str, Any], now: float, url: str
) -> dict[str, Any]:
    """Return the claims of an attack, at this time and for this issuer."""
    usual = app_claims if kind == "app" else user_claims
    claims = usual(now, iss=url)
    for name, value in changes.items():
        if isinstance(value, At):
            claims[name] = value.kind(now + value.seconds)
        elif name == "iss" and isinstance(value, str):
            claims[name] = value.replace("{}", url)
        else:
            claims[name] = value
    return claims


@pytest.mark.parametrize(
    ("kind", "changes"),
    [*AUDIENCES, *ISSUERS, *TENANTS, *TIMES, *KINDS, *RIGHTS],
)
async def test_a_token_that_is_not_good_here(
    federated: Service,
    issuer: Issuer,
    kind: str,
    changes: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    """What an issuer that is trusted signs must still fit this service."""
    now = federated.sandbox.now.timestamp()
    token = issuer.token(spelled(kind, changes, int(now), issuer.url))
    call = federated.client.build_request(
        "GET", MESSAGES, headers=bearing(token)
    )
    await attempt(federated, request, call)


@pytest.mark.attack(
    "An application's operator role, asked for as a scope", FORBIDDEN
)
async def test_operator_by_scope(
    federated: Service, issuer: Issuer, request: pytest.FixtureRequest
) -> None:
    """People are made operators; no application can ask for it."""
    now = federated.sandbox.now.timestamp()
    claims = user_claims(now, iss=issuer.url, scp="operator mail.read")
    headers = bearing(issuer.token(claims))
    call = federated.client.build_request("GET", "/ops", headers=headers)
    answer = await attempt(federated, request, call)

    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="exchange-api", error="insufficient_scope",'
        ' scope="operator"'
    )


@pytest.mark.attack(
    "A key of a kind that is not for signing tokens here", UNAUTHENTICATED
)
async def test_a_key_of_another_kind(
    federated: Service, issuer: Issuer, request: pytest.FixtureRequest
) -> None:
    """The issuer publishes an elliptic key, too; it is not taken."""
    claims = app_claims(federated.sandbox.now.timestamp(), iss=issuer.url)
    headers = bearing(issuer.token(claims, "curve"))
    call = federated.client.build_request("GET", MESSAGES, headers=headers)
    await attempt(federated, request, call)


@pytest.mark.parametrize("key", ["first", "long", "padded"])
async def test_what_is_good(
    federated: Service, issuer: Issuer, key: str
) -> None:
    """The same issuer's tokens let in, in each way to sign that is known."""
    claims = app_claims(federated.sandbox.now.timestamp(), iss=issuer.url)
    headers = bearing(issuer.token(claims, key))
    answer = await federated.client.get(MESSAGES, headers=headers)

    assert answer.status_code == 200
    assert answer.json()["items"]
