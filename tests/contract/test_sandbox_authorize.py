"""Signing in with a browser: the page, the code, and what it is worth."""

from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import CONTOSO, client_of, token_url, wait
from tests.contract.entra_support import (
    API,
    BACK,
    BASE,
    DAEMON,
    FRONTEND,
    VERIFIER,
    authorization,
    number,
    opened,
)

pytestmark = pytest.mark.anyio

AUTHORIZE = f"{BASE}/{CONTOSO}/oauth2/v2.0/authorize"
ORIGIN = {"Origin": "http://127.0.0.1:8000"}


async def signed_in(
    client: httpx.AsyncClient, **changes: str
) -> dict[str, str]:
    """Return what the page gets back whose user has signed in."""
    answer = await client.get(AUTHORIZE, params=authorization(**changes))
    place = urlsplit(answer.headers["location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == BACK
    return dict(parse_qsl(place.query))


async def redeemed(
    client: httpx.AsyncClient, code: str, **changes: str
) -> httpx.Response:
    """Ask for the token that a code is worth."""
    form = {
        "grant_type": "authorization_code",
        "client_id": FRONTEND,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    changed = {k: v for k, v in (form | changes).items() if v}
    return await client.post(token_url(), data=changed, headers=ORIGIN)


async def test_a_person_signs_in(sandbox: Sandbox) -> None:
    """A page gets a code and for that a token, which says what was asked."""
    async with client_of(sandbox) as client:
        back = await signed_in(client)
        answer = await redeemed(client, back["code"])
        claims = await opened(client, sandbox, answer.json()["access_token"])

    assert back["state"] == "a state with signs & ="
    assert answer.headers["access-control-allow-origin"] == "*"
    assert claims["preferred_username"] == "grace@contoso.example"
    assert (claims["azp"], claims["azpacr"]) == (FRONTEND, "0")
    assert claims["scp"] == "mail.read mail.send"
    assert "roles" not in claims
    assert back["code"] not in repr(sandbox.calls)


async def test_operators_are_assigned(sandbox: Sandbox) -> None:
    """The role is the person's, and no client's to ask for."""
    async with client_of(sandbox) as client:
        back = await signed_in(
            client, login_hint="ada@contoso.example", scope=f"{API}/.default"
        )
        answer = await redeemed(client, back["code"])
        claims = await opened(client, sandbox, answer.json()["access_token"])

    assert claims["roles"] == ["operator"]
    assert len(claims["scp"].split()) == 9


async def test_the_page_lists_the_people(sandbox: Sandbox) -> None:
    """Whoever may sign in has a button, and what was sent is kept."""
    hostile = '"><script>alert(1)</script>'
    async with client_of(sandbox) as client:
        answer = await client.get(
            AUTHORIZE, params=authorization(login_hint="", state=hostile)
        )

    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert answer.text.count("<button") == 3
    assert 'value="ada@contoso.example"' in answer.text
    assert "support@" not in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8000;" in policy


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": "x"}, 70000),
        ({"code_verifier": "x"}, 50148),
        ({"code_verifier": ""}, 900144),
        ({"redirect_uri": f"{BACK}/"}, 500112),
        (
            {"client_id": DAEMON, "client_secret": "sandbox-daemon-secret"},
            70000,
        ),
        ({"client_secret": "x"}, 700025),
    ],
)
async def test_a_code_is_bound(
    sandbox: Sandbox, changes: dict[str, str], expected: int
) -> None:
    """To its client, its address and its challenge."""
    async with client_of(sandbox) as client:
        code = (await signed_in(client))["code"]
        answer = await redeemed(client, **{"code": code, **changes})

    assert number(answer) == expected


async def test_a_code_is_used_once_and_soon(sandbox: Sandbox) -> None:
    """A second use is refused, even of one that was used wrongly."""
    async with client_of(sandbox) as client:
        first, second, third = [
            (await signed_in(client))["code"] for _ in range(3)
        ]
        good = await redeemed(client, first)
        again = await redeemed(client, first)
        await redeemed(client, second, code_verifier="x")
        wasted = await redeemed(client, second)
        await wait(600)
        late = await redeemed(client, third)

    assert good.status_code == 200
    refused = [number(one) for one in (again, wasted, late)]
    assert refused == [54005, 54005, 70008]


async def test_codes_are_for_pages(sandbox: Sandbox) -> None:
    """A page's code is redeemed by a page, which asks across origins."""
    async with client_of(sandbox) as client:
        code = (await signed_in(client))["code"]
        asked = await client.options(
            token_url(),
            headers={
                **ORIGIN,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-requested-with",
            },
        )
        answer = await client.post(
            token_url(),
            data={
                "grant_type": "authorization_code",
                "client_id": FRONTEND,
                "code": code,
                "redirect_uri": BACK,
                "code_verifier": VERIFIER,
            },
        )

    allowed = asked.headers["access-control-allow-headers"]
    assert (asked.status_code, allowed) == (204, "x-requested-with")
    assert number(answer) == 9002327


@pytest.mark.parametrize(
    ("changes", "error", "expected"),
    [
        ({"response_type": "token"}, "unsupported_response_type", 700054),
        ({"code_challenge": ""}, "invalid_request", 9002325),
        ({"code_challenge_method": "plain"}, "invalid_request", 9002325),
        ({"scope": f"api://{API}/operator"}, "invalid_client", 650053),
        ({"scope": "openid"}, "invalid_scope", 70011),
        ({"scope": "Mail.Read"}, "invalid_resource", 500011),
    ],
)
async def test_pages_are_told_what_is_wrong(
    sandbox: Sandbox, changes: dict[str, str], error: str, expected: int
) -> None:
    """A page gets the error, and its state, and no code."""
    async with client_of(sandbox) as client:
        back = await signed_in(client, **changes)

    assert (back["error"], back["state"]) == (error, "a state with signs & =")
    assert back["error_description"].startswith(f"AADSTS{expected}: ")
    assert "code" not in back


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": API},
        {"client_id": DAEMON},
        {"client_id": "frontend"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "http://127.0.0.1:80@evil.example/"},
        {"redirect_uri": "http://localhost\\@evil.example/"},
        {"redirect_uri": f"{BACK}#part"},
        {"redirect_uri": f"{BACK}\r\nX: y"},
        {"redirect_uri": ""},
    ],
)
async def test_browsers_are_sent_to_known_places_only(
    sandbox: Sandbox, changes: dict[str, str]
) -> None:
    """Who cannot be sent back is told here, and not what to redirect to."""
    async with client_of(sandbox) as client:
        answer = await client.get(AUTHORIZE, params=authorization(**changes))

    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "AADSTS" in answer.text
