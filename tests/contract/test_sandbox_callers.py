"""Tokens of Entra ID for those who call the API."""

from typing import Any

import httpx
import jwt
import pytest

from app.sandbox import Fault, Sandbox
from tests.contract.conftest import (
    ADA_ADDRESS,
    CONTOSO,
    FABRIKAM,
    client_of,
    refusal,
    token_form,
    token_url,
)
from tests.contract.entra_support import (
    API,
    BASE,
    DAEMON,
    FRONTEND,
    LOGIN,
    number,
    opened,
)

pytestmark = pytest.mark.anyio

STS = f"https://sts.windows.net/{CONTOSO}/"
KEYS = f"{BASE}/{CONTOSO}/discovery/v2.0/keys"


@pytest.mark.parametrize("resource", [API, f"api://{API}"])
async def test_a_daemon_gets_a_token_of_its_own(
    sandbox: Sandbox, resource: str
) -> None:
    """A secret and the right scope are worth a signed token with roles."""
    async with client_of(sandbox) as client:
        answer = await client.post(
            token_url(),
            data=token_form(
                client_id=DAEMON,
                client_secret="sandbox-daemon-secret",
                scope=f"{resource}/.default",
            ),
        )
        claims = await opened(client, sandbox, answer.json()["access_token"])

    assert claims["iss"] == f"{LOGIN}/{CONTOSO}/v2.0"
    assert (claims["azp"], claims["azpacr"]) == (DAEMON, "1")
    assert (claims["aud"], claims["tid"], claims["ver"]) == (
        API,
        CONTOSO,
        "2.0",
    )
    assert claims["idtyp"] == "app"
    assert claims["sub"] == claims["oid"]
    assert {"mail.read", "operator"} < set(claims["roles"])
    assert "scp" not in claims


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"scope": "https://graph.microsoft.com/.default"}, 501051),
        ({"client_id": API, "client_secret": "sandbox-secret"}, 501051),
        ({"client_secret": "sandbox-secret"}, 7000215),
        ({"client_id": FRONTEND}, 700025),
        ({"client_id": FRONTEND, "client_secret": ""}, 7000218),
        ({"client_id": "daemon"}, 700016),
        ({"scope": f"api://{DAEMON}/.default"}, 500011),
    ],
)
async def test_each_application_has_its_place(
    sandbox: Sandbox, changes: dict[str, str], expected: int
) -> None:
    """Clients call the API, the API calls Graph, pages have no secret."""
    form = {
        "client_id": DAEMON,
        "client_secret": "sandbox-daemon-secret",
        "scope": f"{API}/.default",
    }
    async with client_of(sandbox) as client:
        answer = await client.post(
            token_url(), data=token_form(**{**form, **changes})
        )

    assert number(answer) == expected


async def test_tokens_of_people_are_of_both_versions(sandbox: Sandbox) -> None:
    """Version 2 and version 1 say the same in other words."""
    second = sandbox.caller_token(CONTOSO, user=ADA_ADDRESS)
    first = sandbox.caller_token(CONTOSO, user=ADA_ADDRESS, version=1)
    async with client_of(sandbox) as client:
        new = await opened(client, sandbox, second)
        old = await opened(client, sandbox, first)

    assert new["preferred_username"] == old["upn"] == ADA_ADDRESS
    assert new["azp"] == old["appid"] == FRONTEND
    assert new["azpacr"] == old["appidacr"] == "0"
    assert (old["iss"], old["aud"], old["ver"]) == (STS, f"api://{API}", "1.0")
    assert {"mail.read", "settings.write"} < set(new["scp"].split())
    assert "operator" not in new["scp"]
    assert new["roles"] == ["operator"]
    assert new["oid"] == old["oid"] != new["sub"]
    assert "idtyp" not in new
    header = jwt.get_unverified_header(first)
    assert header["x5t"] == header["kid"]
    assert jwt.get_unverified_header(second).keys() == {"alg", "kid", "typ"}


async def test_a_token_says_what_a_test_wants(sandbox: Sandbox) -> None:
    """Every part of a token can be set, and claims taken out."""
    token = sandbox.caller_token(
        FABRIKAM,
        client="aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
        user="linus@fabrikam.example",
        roles=[],
        scopes=["mail.read"],
        audience="else",
        expires_in=-5,
        claims={"oid": None, "x": 1},
        header={"typ": "at+jwt"},
    )
    claims = jwt.decode(token, options={"verify_signature": False})

    assert claims["azp"] == "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
    assert (claims["aud"], claims["scp"], claims["x"]) == (
        "else",
        "mail.read",
        1,
    )
    assert claims["exp"] == claims["iat"] - 5
    assert not {"oid", "roles"} & set(claims)
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"tenant": "nowhere"}, 404),
        ({"tenant": CONTOSO, "user": "linus@fabrikam.example"}, 404),
        ({"tenant": CONTOSO, "version": 3}, 400),
        ({"tenant": CONTOSO, "rolls": []}, 400),
        ({}, 400),
    ],
)
async def test_wishes_are_read_strictly(
    control: httpx.AsyncClient, wish: dict[str, Any], status: int
) -> None:
    """A test that misspells a wish is told so."""
    answer = await control.post("/tokens", json=wish)

    assert refusal(answer) == (status, "SandboxControl")


async def test_keys_rotate(
    sandbox: Sandbox, control: httpx.AsyncClient
) -> None:
    """A new key signs; the old one stays published, or goes."""
    issued = (await control.post("/tokens", json={"tenant": CONTOSO})).json()
    before = jwt.get_unverified_header(issued["access_token"])["kid"]

    kept = (await control.post("/keys", json={"keep": True})).json()["kid"]
    both = (await control.get(KEYS)).json()["keys"]
    alone = (await control.post("/keys", json={"keep": False})).json()["kid"]
    [left] = (await control.get(KEYS)).json()["keys"]

    assert [key["kid"] for key in both] == [before, kept]
    assert left["kid"] == alone not in {before, kept}
    token = sandbox.caller_token(CONTOSO)
    assert jwt.get_unverified_header(token)["kid"] == alone
    assert left["issuer"] == f"{LOGIN}/{CONTOSO}/v2.0"


async def test_documents_of_version_1_are_of_their_own(
    sandbox: Sandbox,
) -> None:
    """Another issuer, and keys that name none."""
    url = f"{BASE}/{CONTOSO}/.well-known/openid-configuration"
    async with client_of(sandbox) as client:
        told = (await client.get(url)).json()
        place = told["jwks_uri"].replace(LOGIN, BASE)
        [key] = (await client.get(place)).json()["keys"]
        unknown = await client.get(f"{BASE}/nowhere/discovery/v2.0/keys")

    assert told["issuer"] == STS
    assert {"kid", "x5t", "x5c", "n", "e"} < key.keys()
    assert "issuer" not in key
    assert number(unknown) == 90002


async def test_faults_strike_what_callers_need(sandbox: Sandbox) -> None:
    """Keys and documents fail by name, one without the other."""
    sandbox.faults.add(Fault(route="keys", status=503))
    async with client_of(sandbox) as client:
        keys = await client.get(KEYS)
        told = await client.get(
            f"{BASE}/{CONTOSO}/v2.0/.well-known/openid-configuration"
        )

    assert (keys.status_code, told.status_code) == (503, 200)
