"""The API acting for a person: on-behalf-of, and what Graph allows then."""

from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.sandbox import Fault, Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    CONTOSO,
    FABRIKAM,
    GRACE,
    GRACE_ADDRESS,
    client_of,
    refusal,
    token_form,
    token_url,
    wait,
)
from tests.contract.entra_support import API, DAEMON, exchange, number

pytestmark = pytest.mark.anyio

CLAIMS = '{"access_token":{"polids":{"essential":true,"values":["x"]}}}'


async def act_for(
    client: httpx.AsyncClient, sandbox: Sandbox, user: str
) -> None:
    """Give a client a token of Graph that speaks for a user."""
    shown = sandbox.caller_token(CONTOSO, user=user)
    answer = await exchange(client, shown)
    bearer = f"Bearer {answer.json()['access_token']}"
    client.headers["Authorization"] = bearer


@pytest.mark.parametrize("version", [1, 2])
async def test_a_persons_token_is_exchanged(
    sandbox: Sandbox, version: int
) -> None:
    """The answer speaks for the same person, at Graph."""
    shown = sandbox.caller_token(CONTOSO, user=ADA_ADDRESS, version=version)
    async with client_of(sandbox) as client:
        answer = await exchange(client, shown)
        token = answer.json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        mail = await client.get(f"{ADA}/messages", headers=bearer)

    assert (answer.status_code, mail.status_code) == (200, 200)
    assert answer.json()["scope"] == "https://graph.microsoft.com/.default"
    assert [call.user for call in sandbox.calls] == [ADA_ADDRESS] * 2
    assert sandbox.calls[-1].app == API
    assert shown not in repr(sandbox.calls)


def wished(**wish: Any) -> Any:
    """Return a token of Ada's that is unlike others in some way."""
    return {"tenant": CONTOSO, "user": ADA_ADDRESS} | wish


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param(wished(audience="else"), 500131, id="audience"),
        pytest.param(wished(expires_in=0), 500133, id="expired"),
        pytest.param(wished(claims={"nbf": 9e9}), 500133, id="not yet"),
        pytest.param(wished(user=None), 7000114, id="application"),
        pytest.param(wished(claims={"idtyp": "app"}), 7000114, id="both"),
        pytest.param(wished(claims={"oid": DAEMON}), 50034, id="nobody"),
        pytest.param(wished(claims={"oid": 5}), 50027, id="no person"),
        pytest.param(
            wished(tenant=FABRIKAM, user=None, audience=API),
            7000114,
            id="another tenant's application",
        ),
        pytest.param(
            wished(
                tenant=FABRIKAM, user="linus@fabrikam.example", audience=API
            ),
            50034,
            id="another tenant's person",
        ),
    ],
)
async def test_assertions_must_be_of_people_here(
    sandbox: Sandbox, wish: dict[str, Any], expected: int
) -> None:
    """A token of another kind, time or place is worth nothing."""
    async with client_of(sandbox) as client:
        answer = await exchange(client, sandbox.caller_token(**wish))

    assert (answer.status_code, number(answer)) == (400, expected)


async def test_signatures_must_be_good(sandbox: Sandbox) -> None:
    """Another's key, a key that is gone, and what is no token at all."""
    good = sandbox.caller_token(CONTOSO, user=ADA_ADDRESS)
    other = rsa.generate_private_key(65537, 2048)
    forged = jwt.encode(
        jwt.decode(good, options={"verify_signature": False}),
        other,
        algorithm="RS256",
        headers={"kid": jwt.get_unverified_header(good)["kid"]},
    )
    async with client_of(sandbox) as client:
        before = [await exchange(client, one) for one in (good, forged, "x")]
        sandbox.entra.keys.rotate(keep=False)
        after = await exchange(client, good)

    assert before[0].status_code == 200
    assert [number(one) for one in (*before[1:], after)] == [50013] * 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"assertion": ""}, 900144),
        ({"requested_token_use": ""}, 900144),
        ({"requested_token_use": "logon_cert"}, 900144),
        ({"scope": "openid profile"}, 70011),
        ({"scope": f"api://{API}/mail.read"}, 500011),
        ({"client_secret": "x"}, 7000215),
        (
            {"client_id": DAEMON, "client_secret": "sandbox-daemon-secret"},
            500131,
        ),
    ],
)
async def test_exchanges_are_asked_for_properly(
    sandbox: Sandbox, changes: dict[str, str], expected: int
) -> None:
    """Each part of the request counts."""
    shown = sandbox.caller_token(CONTOSO, user=ADA_ADDRESS)
    async with client_of(sandbox) as client:
        answer = await exchange(client, shown, **changes)

    assert number(answer) == expected


async def test_a_person_may_have_to_act(sandbox: Sandbox) -> None:
    """Conditional access and consent are asked of one person alone."""
    fault = Fault(route="token", user=ADA_ADDRESS, aadsts=50076, claims=CLAIMS)
    sandbox.faults.add(fault)
    sandbox.faults.add(Fault(user=GRACE_ADDRESS, aadsts=65001, times=1))
    tokens = [
        sandbox.caller_token(CONTOSO, user=user)
        for user in (ADA_ADDRESS, GRACE_ADDRESS, GRACE_ADDRESS)
    ]
    async with client_of(sandbox) as client:
        ada, grace, again = [await exchange(client, one) for one in tokens]
        app = await client.post(token_url(), data=token_form())

    assert ada.json()["error"] == "interaction_required"
    assert ada.json()["claims"] == CLAIMS
    assert "www-authenticate" not in ada.headers
    assert number(grace) == 65001
    assert (again.status_code, app.status_code) == (200, 200)


async def test_only_the_own_mailbox_is_open(sandbox: Sandbox) -> None:
    """Mail, calendars and settings of others are not; the directory is."""
    async with client_of(sandbox) as client:
        await act_for(client, sandbox, ADA_ADDRESS)
        closed = [
            await client.get(f"{GRACE}{path}")
            for path in (
                "/messages",
                "/calendars",
                "/contacts",
                "/mailboxSettings",
                "?$select=mailboxSettings",
            )
        ]
        shown = [
            await client.get(path)
            for path in (
                f"{ADA}/calendars",
                f"{ADA}?$select=mailboxSettings",
                "/users/ada.marlow@contoso.example/messages",
                GRACE,
                "/users",
                "/places/microsoft.graph.room",
            )
        ]
        foreign = await client.get("/users/linus@fabrikam.example/messages")

    denied = (403, "ErrorAccessDenied")
    assert [refusal(one) for one in closed] == [denied] * 5
    assert [one.status_code for one in shown] == [200] * 6
    assert refusal(foreign) == (404, "ErrorInvalidUser")


async def test_each_step_of_a_batch_is_asked(sandbox: Sandbox) -> None:
    """A batch opens no more than its steps would."""
    steps = [
        {"id": str(at), "method": "GET", "url": f"{box}/messages?$top=1"}
        for at, box in enumerate((ADA, GRACE))
    ]
    async with client_of(sandbox) as client:
        await act_for(client, sandbox, ADA_ADDRESS)
        answer = await client.post("/$batch", json={"requests": steps})

    statuses = {one["id"]: one["status"] for one in answer.json()["responses"]}
    assert statuses == {"0": 200, "1": 403}


async def test_a_challenge_is_for_one_person(sandbox: Sandbox) -> None:
    """Continuous access evaluation strikes who acts for Ada, nobody else."""
    sandbox.faults.add(Fault(user=ADA_ADDRESS, claims=CLAIMS, route="/users*"))
    async with client_of(sandbox) as client:
        await act_for(client, sandbox, ADA_ADDRESS)
        ada = await client.get(f"{ADA}/messages")
        answer = await client.post(token_url(), data=token_form())
        bearer = f"Bearer {answer.json()['access_token']}"
        client.headers["Authorization"] = bearer
        app = await client.get(f"{ADA}/messages")

    assert (ada.status_code, app.status_code) == (401, 200)
    assert "insufficient_claims" in ada.headers["www-authenticate"]


async def test_a_persons_token_expires(sandbox: Sandbox) -> None:
    """It lives as long as others."""
    async with client_of(sandbox) as client:
        await act_for(client, sandbox, ADA_ADDRESS)
        await wait(3600)
        late = await client.get(f"{ADA}/messages")

    assert refusal(late) == (401, "InvalidAuthenticationToken")
