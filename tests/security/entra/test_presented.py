"""Good tokens, shown where or how they must not be."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from _pytest.mark import ParameterSet

from tests.security.entra.trying import (
    FORBIDDEN,
    MESSAGES,
    UNAUTHENTICATED,
    attempt,
    bearing,
)
from tests.support.service import CONTOSO, FABRIKAM, Service

pytestmark = pytest.mark.anyio

Showing = Callable[[str], dict[str, Any]]
HOME, AWAY = CONTOSO["tenant_id"], FABRIKAM["tenant_id"]
GRAPH = "00000003-0000-0000-c000-000000000000"


def shown(tried: str, show: Showing) -> ParameterSet:
    """Return an attack with a good token in another place."""
    mark = pytest.mark.attack(tried, UNAUTHENTICATED)
    return pytest.param(show, marks=mark, id=tried)


def _authorization(*lines: str) -> dict[str, Any]:
    return {"headers": [("Authorization", line) for line in lines]}


def _basic(token: str) -> str:
    return base64.b64encode(f"bearer:{token}".encode()).decode()


PLACES = [
    shown("No token at all", lambda _: {}),
    shown(
        "Two Authorization headers, one of them good",
        lambda t: _authorization(f"Bearer {t}", "Bearer x"),
    ),
    shown(
        "The same good token in two headers",
        lambda t: _authorization(f"Bearer {t}", f"Bearer {t}"),
    ),
    shown(
        "Two tokens in one header",
        lambda t: _authorization(f"Bearer {t}, Bearer {t}"),
    ),
    shown(
        "A good token in the query",
        lambda t: {"params": {"access_token": t}},
    ),
    shown(
        "A good token in a form",
        lambda t: {"method": "POST", "data": {"access_token": t}},
    ),
    shown(
        "A good token in a cookie",
        lambda t: {"headers": {"Cookie": f"access_token={t}"}},
    ),
    shown(
        "A good token for a proxy",
        lambda t: {"headers": {"Proxy-Authorization": f"Bearer {t}"}},
    ),
    shown(
        "A good token in the header of API keys",
        lambda t: {"headers": {"X-API-Key": t}},
    ),
    shown(
        "A good token as a password",
        lambda t: _authorization(f"Basic {_basic(t)}"),
    ),
    shown("A good token without a scheme", _authorization),
    shown(
        "A good token with another scheme",
        lambda t: _authorization(f"DPoP {t}"),
    ),
    shown("A scheme without a token", lambda _: _authorization("Bearer")),
    shown(
        "A good token behind a tab",
        lambda t: _authorization(f"Bearer\t{t}"),
    ),
    shown("A good token in quotes", lambda t: _authorization(f'Bearer "{t}"')),
    shown(
        "A good token with a letter of another alphabet",
        lambda t: {
            "headers": {
                "Authorization": f"Bearer {t[:-1]}\xe9".encode("latin1")
            }
        },
    ),
]


@pytest.mark.parametrize("show", PLACES)
async def test_a_token_in_the_wrong_place(
    entra: Service, show: Showing, request: pytest.FixtureRequest
) -> None:
    """The header Authorization, once, is where a token counts."""
    token = entra.sandbox.caller_token(HOME)
    usual: dict[str, Any] = {"method": "GET", "url": MESSAGES}
    options = usual | show(token)
    await attempt(entra, request, entra.client.build_request(**options))


def issued(
    tried: str, answered: str = UNAUTHENTICATED, **wish: Any
) -> ParameterSet:
    """Return an attack with a token that Entra ID signs like this."""
    mark = pytest.mark.attack(tried, answered)
    return pytest.param(wish, marks=mark, id=tried)


V1, V2 = "https://sts.windows.net", "https://login.microsoftonline.com"
BY_ENTRA = [
    issued(
        "A token of version 1 with the issuer of version 2",
        version=1,
        claims={"iss": f"{V2}/{HOME}/v2.0"},
    ),
    issued(
        "A token of version 2 with the issuer of version 1",
        claims={"iss": f"{V1}/{HOME}/"},
    ),
    issued("A token without a version", claims={"ver": None}),
    issued(
        "A token of one tenant with the issuer of the other",
        claims={"iss": f"{V2}/{AWAY}/v2.0"},
    ),
    issued(
        "A token for the other tenant's app registration",
        audience=FABRIKAM["client_id"],
    ),
    issued("A token for Microsoft Graph", audience=GRAPH),
    issued(
        "A token of a tenant that is not served",
        claims={"iss": f"{V2}/{GRAPH}/v2.0", "tid": GRAPH},
    ),
    issued(
        "A token of the endpoint for all tenants",
        claims={"iss": f"{V2}/common/v2.0"},
    ),
    issued("A token of an unknown application", FORBIDDEN, client=GRAPH),
    issued(
        "A user's token by an unknown application",
        FORBIDDEN,
        user="ada@contoso.example",
        scopes=["mail.read"],
        client=GRAPH,
    ),
    issued(
        "A token of the API itself, which calls nobody",
        FORBIDDEN,
        client=CONTOSO["client_id"],
    ),
    issued("An application without a role", FORBIDDEN, roles=["mail.send"]),
]


@pytest.mark.parametrize("wish", BY_ENTRA)
async def test_a_token_for_something_else(
    entra: Service, wish: Mapping[str, Any], request: pytest.FixtureRequest
) -> None:
    """What Entra ID signs is not good here for that alone."""
    token = entra.sandbox.caller_token(HOME, **wish)
    call = entra.client.build_request("GET", MESSAGES, headers=bearing(token))
    await attempt(entra, request, call)


@pytest.mark.attack("A token of Microsoft Graph's own", UNAUTHENTICATED)
async def test_a_token_of_graphs_own(
    entra: Service, request: pytest.FixtureRequest
) -> None:
    """What only Graph can read is nothing here."""
    tenant, now = CONTOSO, entra.sandbox.now
    token = entra.sandbox.tokens.issue(HOME, tenant["client_id"], now)
    call = entra.client.build_request("GET", MESSAGES, headers=bearing(token))
    await attempt(entra, request, call)


@pytest.mark.attack("The application of one tenant in the other", FORBIDDEN)
async def test_an_application_of_the_other_tenant(
    entra: Service, request: pytest.FixtureRequest
) -> None:
    """An application acts where the settings say, and nowhere else."""
    token = entra.sandbox.caller_token(HOME)
    headers = {**bearing(token), "Exchange-Tenant": "fabrikam"}
    call = entra.client.build_request("GET", MESSAGES, headers=headers)
    await attempt(entra, request, call)


async def test_both_versions_let_in(entra: Service) -> None:
    """Without any of that, a token of either version is good."""
    for version in (1, 2):
        token = entra.sandbox.caller_token(HOME, version=version)
        answer = await entra.client.get(MESSAGES, headers=bearing(token))

        assert isinstance(answer, httpx.Response)
        assert answer.status_code == 200
