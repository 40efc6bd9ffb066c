"""Settings that say who may call."""

import json
from hashlib import sha256
from typing import Any

import pytest

from app.settings import AuthMode, SettingsError, load_settings

GUID = "11111111-1111-4111-8111-111111111111"
OTHER = "33333333-3333-4333-8333-333333333333"
ONE = {"alias": "one", "tenant_id": GUID, "client_id": GUID}
TWO = {"alias": "two", "tenant_id": OTHER, "client_id": OTHER}
APP = {"name": "mail", "client_id": GUID}
KEY = {"name": "job", "sha256": "ab" * 32, "roles": ["mail.read"]}


def load(
    monkeypatch: pytest.MonkeyPatch, mode: str, tenants: int, **lists: Any
) -> Any:
    """Return the settings for one tenant or two."""
    served = [{**t, "client_secret": "s"} for t in (ONE, TWO)[:tenants]]
    monkeypatch.setenv("EXCHANGE_AUTH_MODE", mode)
    monkeypatch.setenv("EXCHANGE_TENANTS", json.dumps(served))
    for name, value in lists.items():
        monkeypatch.setenv(f"EXCHANGE_{name.upper()}", json.dumps(value))
    return load_settings()


@pytest.mark.parametrize(
    ("mode", "tenants", "lists", "message"),
    [
        ("entra", 1, {}, "CALLERS: needed with EXCHANGE_AUTH_MODE=entra"),
        ("api_key", 1, {}, "API_KEYS: needed with EXCHANGE_AUTH_MODE=api_key"),
        ("entra", 2, {"callers": [APP]}, "CALLERS: mail needs a home_tenant"),
        (
            "entra",
            1,
            {"callers": [APP | {"home_tenant": "x"}]},
            "CALLERS: mail: no tenant x",
        ),
        (
            "entra",
            1,
            {"callers": [APP | {"tenants": ["x"]}]},
            "CALLERS: mail: no tenant x",
        ),
        ("entra", 1, {"callers": [APP, APP]}, "CALLERS: mail is listed twice"),
        pytest.param(
            "entra",
            1,
            {"callers": [APP, APP | {"client_id": OTHER}]},
            "CALLERS: two are called mail",
            marks=pytest.mark.attack(
                "Two applications of one name, told apart neither by quota"
                " nor by audit",
                "The service does not start",
            ),
        ),
        (
            "entra",
            1,
            {"callers": [APP, APP | {"home_tenant": "one"}]},
            "CALLERS: mail is listed twice",
        ),
        (
            "entra",
            1,
            {"callers": [APP | {"client_id": "mail"}]},
            "CALLERS__0__CLIENT_ID: String should match",
        ),
        (
            "entra",
            1,
            {"callers": [APP | {"roles": ["mail.reed"]}]},
            "CALLERS__0__ROLES__0: Input should be",
        ),
        (
            "entra",
            1,
            {"callers": [APP | {"mailboxes": ["@"]}]},
            "CALLERS__0__MAILBOXES__0: expected an address",
        ),
        *(
            (
                "entra",
                1,
                {"callers": [APP | {"mailboxes": [rule]}]},
                "CALLERS__0__MAILBOXES__0: expected an address",
            )
            for rule in ("contoso.example", "*@contoso.example", "@*", "ada")
        ),
        *(
            (
                "entra",
                1,
                {"callers": [APP], "audience": [audience]},
                "AUDIENCE__0: String should match",
            )
            for audience in ("", "api://one api://two")
        ),
        pytest.param(
            "api_key",
            1,
            {"api_keys": [KEY | {"sha256": sha256(b"").hexdigest()}]},
            "API_KEYS__0__SHA256: that is the digest of an empty key",
            marks=pytest.mark.attack(
                "An empty key, where somebody took the digest of nothing",
                "The service does not start",
            ),
        ),
        ("api_key", 2, {"api_keys": [KEY]}, "API_KEYS: job needs tenants"),
        (
            "api_key",
            1,
            {"api_keys": [KEY, KEY]},
            "API_KEYS: a key is listed twice",
        ),
        (
            "api_key",
            1,
            {"api_keys": [KEY | {"sha256": "the key itself"}]},
            "API_KEYS__0__SHA256: String should match",
        ),
        (
            "api_key",
            1,
            {"api_keys": [KEY | {"tenants": ["two"]}]},
            "API_KEYS: job: no tenant two",
        ),
    ],
)
def test_callers_fit_the_tenants(
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    tenants: int,
    lists: dict[str, Any],
    message: str,
) -> None:
    """What is wrong is said at start, and of no key what it is."""
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, mode, tenants, **lists)

    assert str(caught.value).startswith(f"EXCHANGE_{message}")
    assert "the key itself" not in str(caught.value)


def test_tokens_name_tenants_by_their_ids(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A domain is no claim of a token's."""
    monkeypatch.setitem(ONE, "tenant_id", "contoso.example")
    with pytest.raises(SettingsError, match="needs the id of the tenant one"):
        load(monkeypatch, "entra", 1, callers=[APP])


def test_rules_are_compared_in_lower_case(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As the names of mailboxes are."""
    app = APP | {"mailboxes": ["Ada@Contoso.example"], "client_id": GUID}
    found = load(monkeypatch, "entra", 1, callers=[app])

    assert found.auth_mode is AuthMode.ENTRA
    assert found.callers[0].mailboxes == ("ada@contoso.example",)
