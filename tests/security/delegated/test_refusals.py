"""What Entra ID and Graph refuse a user is the affair of that user."""

import base64
import json

import pytest

from app.sandbox import Fault, Sandbox
from tests.security.delegated.people import ADA, GRACE, ME, bearer, person
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = f"{ME}/messages"
CLAIMS = '{"access_token":{"polids":{"essential":true,"values":["9ab0"]}}}'
HOSTILE = json.dumps(
    {"access_token": {'x"\r\nSet-Cookie: a=b\r\n\r\n<script>': {}}},
    ensure_ascii=False,
)


def refused(aadsts: int, **more: object) -> Fault:
    """Have Entra ID refuse what is asked on behalf of Ada."""
    return Fault(route="token", user=ADA, aadsts=aadsts, **more)  # type: ignore[arg-type]


def claims_in(challenge: str) -> str:
    """Return the claims of a header WWW-Authenticate."""
    told = challenge.partition(' claims="')[2].removesuffix('"')
    return base64.b64decode(told, validate=True).decode()


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (refused(50076, claims=CLAIMS), 401, "claims-required"),
        (refused(50079), 401, "caller-unauthenticated"),
        (refused(500133), 401, "caller-unauthenticated"),
        (refused(50013), 401, "caller-unauthenticated"),
        (refused(50057, error="invalid_grant"), 401, "caller-unauthenticated"),
        (refused(99999, error="invalid_grant"), 401, "caller-unauthenticated"),
        (refused(53003), 403, "caller-forbidden"),
        (refused(53003, claims=CLAIMS), 401, "claims-required"),
        (
            refused(50105, error="invalid_grant", claims=CLAIMS),
            401,
            "claims-required",
        ),
        (refused(50105, error="invalid_grant"), 403, "caller-forbidden"),
        (refused(65001, claims=CLAIMS), 502, "tenant-consent-missing"),
        (refused(7000215), 502, "tenant-credentials-rejected"),
        (refused(90033), 503, "identity-unavailable"),
    ],
)
async def test_entra_id_refuses_a_user(
    service: Service, sandbox: Sandbox, fault: Fault, status: int, code: str
) -> None:
    """Told to that user, remembered for that token, and nobody else's."""
    client, ada = service.client, person(sandbox)
    sandbox.faults.add(fault)
    first, again = [await client.get(MESSAGES, headers=ada) for _ in "12"]
    asked = [c for c in sandbox.calls if c.route == "token"]
    others = [
        await client.get(MESSAGES, headers=person(sandbox, GRACE)),
        await client.get(
            f"/v1/mailboxes/{ADA}/messages", headers=bearer(sandbox)
        ),
    ]
    health = service.state.health
    told = [health.exchange()["status"], health.ready()["status"]]
    sandbox.faults.clear()
    anew = await client.get(MESSAGES, headers=person(sandbox))

    assert (first.status_code, first.json()["code"]) == (status, code)
    assert again.json()["code"] == code
    assert len(asked) == 1
    assert [answer.status_code for answer in others] == [200, 200]
    assert told == ["pass", "pass"]
    assert anew.status_code == 200


async def test_claims_are_passed_on_as_they_are(
    service: Service, sandbox: Sandbox
) -> None:
    """Exactly those that Entra ID gave, where clients look for them."""
    sandbox.faults.add(refused(50076, claims=CLAIMS))
    answer = await service.client.get(MESSAGES, headers=person(sandbox))
    challenge = answer.headers["www-authenticate"]

    assert challenge.startswith(
        'Bearer realm="exchange-api", error="insufficient_claims", claims="'
    )
    assert claims_in(challenge) == CLAIMS


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param(
            HOSTILE,
            marks=pytest.mark.attack(
                "Line breaks and markup in the claims of a challenge",
                "401 claims-required, one header, the claims in base64",
            ),
        ),
        pytest.param(
            'x"\r\nSet-Cookie: a=b',
            marks=pytest.mark.attack(
                "A claims challenge that is no JSON and ends the header",
                "401 caller-unauthenticated without the claims",
            ),
        ),
        json.dumps({"access_token": {"x": "y" * 5000}}),
        json.dumps(["access_token"]),
    ],
)
async def test_odd_claims(
    service: Service, sandbox: Sandbox, claims: str
) -> None:
    """Nothing in them becomes a header; what is no claims is left out."""
    sandbox.faults.add(refused(50076, claims=claims))
    answer = await service.client.get(MESSAGES, headers=person(sandbox))
    challenge = answer.headers["www-authenticate"]

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "\r" not in challenge
    if claims == HOSTILE:
        assert claims_in(challenge) == claims
    else:
        assert answer.json()["code"] == "caller-unauthenticated"
        assert "claims" not in challenge


async def test_graph_demands_claims_and_entra_id_has_them(
    service: Service, sandbox: Sandbox
) -> None:
    """The user's token is exchanged again, and the caller never notices."""
    client, ada = service.client, person(sandbox)
    await client.get(MESSAGES, headers=ada)
    sandbox.faults.add(Fault(route="/users/*", claims=CLAIMS, times=1))
    answer = await client.get(
        MESSAGES, headers=ada | {"Cache-Control": "no-cache"}
    )
    asked = [c.form for c in sandbox.calls if c.route == "token"]

    assert answer.status_code == 200
    assert len(asked) == 2
    assert "polids" in asked[1]["claims"]
    assert asked[1]["requested_token_use"] == "on_behalf_of"


@pytest.mark.parametrize(
    "refusal",
    [
        None,
        refused(50076, claims=CLAIMS.replace("9ab0", "1cd2")),
        refused(50076),
    ],
)
async def test_graph_demands_claims_that_only_the_user_has(
    service: Service, sandbox: Sandbox, refusal: Fault | None
) -> None:
    """Entra ID's claims are passed on, or else Graph's."""
    client, ada = service.client, person(sandbox)
    await client.get(MESSAGES, headers=ada)
    sandbox.faults.add(Fault(route="/users/*", claims=CLAIMS))
    if refusal is not None:
        sandbox.faults.add(refusal)
    answers = [
        await client.get(MESSAGES, headers=ada | {"Cache-Control": "no-cache"})
        for _ in "12"
    ]
    stale = await client.get(MESSAGES, headers=ada)

    demanded = refusal.claims if refusal and refusal.claims else CLAIMS
    for answer in (*answers, stale):
        assert answer.json()["code"] == "claims-required"
        assert claims_in(answer.headers["www-authenticate"]) == demanded
    assert service.state.health.exchange()["status"] == "pass"


async def test_graph_takes_no_token_of_one_user(
    service: Service, sandbox: Sandbox
) -> None:
    """The app's credentials are not at fault, and nobody says so."""
    client, ada = service.client, person(sandbox)
    sandbox.faults.add(Fault(route="/users/*", user=ADA, status=401))
    answer = await client.get(MESSAGES, headers=ada)
    other = await client.get(MESSAGES, headers=person(sandbox, GRACE))

    assert (answer.status_code, answer.json()["code"]) == (
        401,
        "caller-unauthenticated",
    )
    assert "invalid_token" in answer.headers["www-authenticate"]
    assert other.status_code == 200


async def test_revoked_tokens_are_replaced(
    service: Service, sandbox: Sandbox
) -> None:
    """Once, for all who ask with the same sign-in."""
    client, ada = service.client, person(sandbox)
    await client.get(MESSAGES, headers=ada)
    await service.clock.sleep(60)
    sandbox.revoke_tokens()
    answer = await client.get(
        MESSAGES, headers=ada | {"Cache-Control": "no-cache"}
    )

    assert answer.status_code == 200
    assert sum(call.route == "token" for call in sandbox.calls) == 2


async def test_a_refusal_does_not_close_an_open_breaker(
    service: Service, sandbox: Sandbox
) -> None:
    """What Entra ID says of a user says nothing of Graph's health."""
    client = service.client
    sandbox.faults.add(Fault(route="/users/*", status=500))
    daemon = bearer(sandbox)
    for number in range(30):
        mailbox = f"{number:08}-0000-4000-8000-000000000000"
        await client.get(f"/v1/mailboxes/{mailbox}/messages", headers=daemon)
    sandbox.faults.add(refused(500133))
    await service.clock.sleep(60)
    await client.get(MESSAGES, headers=person(sandbox))
    states = service.state.health.exchange()["checks"]["contoso:breaker"]

    assert "half_open" in {check["observedValue"] for check in states}
