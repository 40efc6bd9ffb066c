"""The token endpoint, as Entra ID documents it."""

import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    CONTOSO,
    CREDENTIALS,
    FABRIKAM,
    client_of,
    token_form,
    token_url,
)

pytestmark = pytest.mark.anyio

LOGIN = "https://login.microsoftonline.com"
SCOPES = ["https://graph.microsoft.com/.default"]


@pytest.mark.parametrize("tenant", [CONTOSO, FABRIKAM])
async def test_a_secret_is_worth_a_token(
    sandbox: Sandbox, tenant: str
) -> None:
    """The right secret gets a token that Graph accepts."""
    async with client_of(sandbox) as client:
        answer = await client.post(token_url(tenant), data=token_form(tenant))
        body = answer.json()
        bearer = {"Authorization": f"Bearer {body['access_token']}"}
        users = await client.get("/users", headers=bearer)

    assert answer.status_code == users.status_code == 200
    assert {"token_type": "Bearer"}.items() <= body.items()
    assert body["expires_in"] == body["ext_expires_in"] == 3599
    assert "refresh_token" not in body
    assert "refresh_in" not in body
    assert sandbox.calls[-1].tenant == tenant


async def test_tenants_are_known_by_domain_too(sandbox: Sandbox) -> None:
    """A domain does for the id."""
    async with client_of(sandbox) as client:
        answer = await client.post(
            token_url("Contoso.Example"), data=token_form()
        )

    assert answer.status_code == 200
    assert sandbox.calls[0].tenant == CONTOSO


async def test_the_life_of_tokens_can_be_set(sandbox: Sandbox) -> None:
    """Long-lived tokens say when to refresh them."""
    sandbox.tokens.expires_in = 86_400
    sandbox.tokens.refresh_in = 43_200
    async with client_of(sandbox) as client:
        answer = await client.post(token_url(), data=token_form())

    body = answer.json()
    assert (body["expires_in"], body["refresh_in"]) == (86_400, 43_200)


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"grant_type": ""}, 400, "invalid_request", 900144),
        ({"client_id": ""}, 400, "invalid_request", 900144),
        ({"scope": ""}, 400, "invalid_request", 900144),
        ({"grant_type": "x"}, 400, "unsupported_grant_type", 70003),
        ({"client_id": "x"}, 400, "unauthorized_client", 700016),
        (
            {"client_id": CREDENTIALS[FABRIKAM][0]},
            400,
            "unauthorized_client",
            700016,
        ),
        ({"client_secret": "x"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"scope": "Mail.Read"}, 400, "invalid_scope", 70011),
        (
            {"scope": "https://graph.microsoft.com/Mail.Read"},
            400,
            "invalid_scope",
            70011,
        ),
        (
            {"scope": "https://graph.example/.default"},
            400,
            "invalid_resource",
            500011,
        ),
    ],
)
async def test_errors_have_numbers(
    sandbox: Sandbox,
    changes: dict[str, str],
    status: int,
    error: str,
    number: int,
) -> None:
    """Every refusal has the documented shape and its AADSTS number."""
    async with client_of(sandbox) as client:
        answer = await client.post(token_url(), data=token_form(**changes))

    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error)
    assert body["error_codes"] == [number]
    assert body["error_uri"].endswith(f"?code={number}")
    lines = body["error_description"].split("\r\n")
    assert lines[0].startswith(f"AADSTS{number}: ")
    assert lines[1] == f"Trace ID: {body['trace_id']}"
    assert lines[2] == f"Correlation ID: {body['correlation_id']}"
    assert lines[3] == f"Timestamp: {body['timestamp']}"
    assert body["timestamp"] == "2026-11-18 10:30:00Z"


async def test_unknown_tenants_have_no_tokens(sandbox: Sandbox) -> None:
    """A tenant that there is not is AADSTS90002."""
    url = token_url("nowhere.example")
    async with client_of(sandbox) as client:
        answer = await client.post(url, data=token_form())

    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])
    assert "'nowhere.example' not found" in answer.json()["error_description"]


async def test_requests_are_forms(sandbox: Sandbox) -> None:
    """JSON is no token request."""
    async with client_of(sandbox) as client:
        answer = await client.post(token_url(), json=token_form())

    assert answer.json()["error_codes"] == [900144]


async def test_secrets_are_not_recorded(sandbox: Sandbox) -> None:
    """A record tells what was asked for, but no secret."""
    async with client_of(sandbox) as client:
        await client.post(token_url(), data=token_form(claims="{}"))

    [call] = sandbox.calls
    assert call.route == "token"
    assert call.form["claims"] == "{}"
    assert call.app == CREDENTIALS[CONTOSO][0]
    assert "sandbox-secret" not in repr(call)


async def test_documents_name_the_real_hosts(sandbox: Sandbox) -> None:
    """Discovery leads to login.microsoftonline.com, as MSAL insists."""
    base = "http://sandbox.test"
    async with client_of(sandbox) as client:
        known = await client.get(
            f"{base}/contoso.example/v2.0/.well-known/openid-configuration"
        )
        unknown = await client.get(
            f"{base}/nowhere/v2.0/.well-known/openid-configuration"
        )
        instance = await client.get(f"{base}/common/discovery/instance")

    assert known.json()["issuer"] == f"{LOGIN}/{CONTOSO}/v2.0"
    assert known.json()["token_endpoint"] == (
        f"{LOGIN}/{CONTOSO}/oauth2/v2.0/token"
    )
    assert unknown.json()["error_codes"] == [90002]
    assert instance.json()["metadata"][0]["preferred_network"] == LOGIN[8:]
