"""What is told to those who are to sign in."""

from typing import Any

import pytest

from app.callers.sign_in import SignIn, sign_in_of
from app.routers.embedded import json_in_html
from app.routers.permitted import SCOPES, fitted
from app.settings import AuthMode, Role, Settings
from tests.support.document import generated

PAGES = "55555555-5555-4555-8555-555555555555"
FIRST = {
    "alias": "first",
    "tenant_id": "11111111-1111-4111-8111-111111111111",
    "client_id": "22222222-2222-4222-8222-222222222222",
    "client_secret": "secret",
}
SECOND = FIRST | {
    "alias": "second",
    "tenant_id": "33333333-3333-4333-8333-333333333333",
    "client_id": "44444444-4444-4444-8444-444444444444",
}


def settings(**changes: Any) -> Settings:
    caller = {"name": "pages", "client_id": PAGES, "home_tenant": "second"}
    return Settings.model_validate(
        {
            "tenants": [FIRST, SECOND],
            "callers": [caller],
            "browser_client_id": PAGES,
        }
        | changes
    )


def test_people_sign_in_where_the_pages_are_at_home() -> None:
    """At the tenant of their application, for that tenant's service."""
    told = sign_in_of(settings(cloud="usgov"))

    entra = f"https://login.microsoftonline.us/{SECOND['tenant_id']}"
    assert told == SignIn(
        mode=AuthMode.ENTRA,
        authorize=f"{entra}/oauth2/v2.0/authorize",
        token=f"{entra}/oauth2/v2.0/token",
        resource=f"api://{SECOND['client_id']}/",
        client_id=PAGES,
    )
    assert told.origin == "https://login.microsoftonline.us"


def test_scopes_are_of_the_audience_that_is_set() -> None:
    """The first one; Entra ID gives tokens for it then."""
    told = sign_in_of(settings(audience=["api://exchange", "other"]))

    assert told.resource == "api://exchange/"


@pytest.mark.parametrize("mode", list(AuthMode))
def test_the_document_tells_only_the_way_in_that_there_is(
    mode: AuthMode,
) -> None:
    """Scopes are told as Entra ID wants them; without a mode there is none."""
    is_entra = mode is AuthMode.ENTRA
    more = {"token": "https://login/t", "resource": "api://us/"}
    told = SignIn(mode=mode, **(more if is_entra else {}))
    own = fitted(generated(), told)
    operation = own["paths"]["/v1/mailboxes"]["get"]
    schemes = own["components"].get("securitySchemes", {})
    flows = schemes.get("entra", {}).get("flows", {})

    ways = {
        AuthMode.ENTRA: [{"entra": ["api://us/contacts.read"]}],
        AuthMode.API_KEY: [{"api_key": ["contacts.read"]}],
        AuthMode.NONE: [],
    }
    assert operation["security"] == ways[mode]
    assert set(schemes) == {mode} - {AuthMode.NONE}
    if is_entra:
        flow = flows["authorizationCode"]
        assert flow["tokenUrl"] == "https://login/t"
        assert "api://us/mail.read" in flow["scopes"]
        assert "api://us/operator" not in flow["scopes"]


def test_people_can_be_asked_for_all_but_to_be_operators() -> None:
    """Each role is a scope; that one is assigned to people."""
    assert {*SCOPES, Role.OPERATOR} == {*Role}


def test_what_a_page_carries_stays_in_its_element() -> None:
    """Nothing that an operator sets could be markup."""
    assert json_in_html({"a": "</script><b>"}) == (
        '{"a":"\\u003c/script>\\u003cb>"}'
    )
