"""Settings."""

import json
import stat
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.settings import (
    AuthMode,
    Cloud,
    Settings,
    SettingsError,
    effective,
    ledger_url,
    load_settings,
    secret_keys,
)
from app.settings.fields import is_loopback


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


SANDBOX = {"EXCHANGE_SANDBOX": "true"}
DATABASE = "EXCHANGE_DATABASE_URL"
TENANT = {
    "EXCHANGE_TENANT_ID": "t",
    "EXCHANGE_CLIENT_ID": "c",
    "EXCHANGE_CLIENT_SECRET": "canary-secret",
}
GUID = "11111111-1111-4111-8111-111111111111"
SECOND, THIRD = GUID.replace("1", "2"), GUID.replace("1", "3")
CALLED = {
    **TENANT,
    "EXCHANGE_TENANT_ID": GUID,
    "EXCHANGE_CALLERS": json.dumps(
        [{"name": "mail", "client_id": GUID, "home_tenant": "default"}]
    ),
}


ONE = {"tenant_id": "t", "client_id": "c", "client_secret": "canary-one"}


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "EXCHANGE_TENANT_ID: no tenant to serve"),
        ({"EXCHANGE_TENANT_ID": "t"}, "EXCHANGE_CLIENT_ID: needed with"),
        ({**SANDBOX, "EXCHANGE_PROT": "1"}, "EXCHANGE_PROT: unknown"),
        ({**SANDBOX, "EXCHANGE_REDIS_URL": "x"}, "EXCHANGE_REDIS_URL: unkn"),
        (
            {**SANDBOX, "EXCHANGE_RETRY__ATTEMPS": "1"},
            "EXCHANGE_RETRY__ATTEMPS: unknown",
        ),
        ({**SANDBOX, "EXCHANGE_PORT": "99999"}, "EXCHANGE_PORT: Input"),
        ({**SANDBOX, "EXCHANGE_CLOUD": "mars"}, "EXCHANGE_CLOUD: Input"),
        (
            {**SANDBOX, "EXCHANGE_TIMEOUTS__CONNECT": "-1"},
            "EXCHANGE_TIMEOUTS__CONNECT: Input",
        ),
        (
            {**SANDBOX, "EXCHANGE_TIMEOUTS__CONNECT": "inf"},
            "EXCHANGE_TIMEOUTS__CONNECT: Input",
        ),
        (
            {**SANDBOX, "EXCHANGE_TIMEOUTS__ATTEMPT": "31"},
            "EXCHANGE_TIMEOUTS__ATTEMPT: must not be above TOTAL",
        ),
        (
            {**SANDBOX, "EXCHANGE_RETRY__BASE_DELAY": "21"},
            "EXCHANGE_RETRY__BASE_DELAY: must not be above MAX_DELAY",
        ),
        (
            {**SANDBOX, "EXCHANGE_BREAKER__OPEN_FOR": "301"},
            "EXCHANGE_BREAKER__OPEN_FOR: must not be above MAX_OPEN_FOR",
        ),
        (
            {**SANDBOX, "EXCHANGE_LIMITS__TENANT_CONCURRENCY": "19"},
            "EXCHANGE_LIMITS__TENANT_CONCURRENCY_FLOOR: must not be above",
        ),
        (
            {**SANDBOX, "EXCHANGE_BREAKER__WINDOW": "19"},
            "EXCHANGE_BREAKER__WINDOW: must be at least 2 x",
        ),
        (
            {**SANDBOX, "EXCHANGE_GRAPH_BASE_URL": "http://graph.example"},
            "EXCHANGE_GRAPH_BASE_URL: http:// is accepted for loopback",
        ),
        (
            {**SANDBOX, "EXCHANGE_GRAPH_BASE_URL": "graph.example"},
            "EXCHANGE_GRAPH_BASE_URL: expected an http or https URL",
        ),
        (
            {**SANDBOX, "EXCHANGE_AUTHORITY_URL": "https://x/?a=b"},
            "EXCHANGE_AUTHORITY_URL: expected a URL without",
        ),
        (
            {**SANDBOX, "EXCHANGE_CORS_ORIGINS": '["https://a/b"]'},
            "EXCHANGE_CORS_ORIGINS__0: expected an origin",
        ),
        (
            {**SANDBOX, "EXCHANGE_TENANTS": "["},
            "EXCHANGE_TENANTS: not valid JSON",
        ),
        (
            {
                "EXCHANGE_TENANTS": json.dumps(
                    [{"tenant_id": "t", "client_id": "c"}]
                )
            },
            "EXCHANGE_TENANTS__0__CLIENT_SECRET: needed, or CLIENT_SECRET",
        ),
        (
            {**TENANT, "EXCHANGE_TENANT_ID": "common"},
            "EXCHANGE_TENANT_ID: expected one tenant",
        ),
        (
            {"EXCHANGE_TENANTS": json.dumps([{**ONE, "tenant_id": "common"}])},
            "EXCHANGE_TENANTS__0__TENANT_ID: expected one tenant",
        ),
        (
            {"EXCHANGE_TENANTS_FILE": "/nowhere/tenants.json"},
            "EXCHANGE_TENANTS_FILE: cannot read /nowhere/tenants.json: No suc",
        ),
        (
            {"EXCHANGE_TENANTS_FILE": "/"},
            "EXCHANGE_TENANTS_FILE: cannot read /: Is a directory",
        ),
        (
            {**TENANT, "EXCHANGE_AUTH_MODE": "none"},
            "EXCHANGE_AUTH_MODE: none needs EXCHANGE_GRAPH_BASE_URL and",
        ),
        (
            {
                **SANDBOX,
                "EXCHANGE_AUTH_MODE": "none",
                "EXCHANGE_HOST": "0.0.0.0",  # noqa: S104 - refused
            },
            "EXCHANGE_AUTH_MODE: none needs EXCHANGE_HOST to be loopback",
        ),
        ({**SANDBOX, "EXCHANGE_SECRET_KEYS": "[]"}, "EXCHANGE_SECRET_KEYS: "),
        (
            {**SANDBOX, DATABASE: "postgresql://e:canary@db/exchange"},
            "EXCHANGE_SECRET_KEYS: needed with EXCHANGE_DATABASE_URL",
        ),
    ],
)
def test_wrong_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str
) -> None:
    """Each mistake is one line that begins with the variable."""
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **variables)

    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("canary", "not a URL"),
        ("postgresql://e:canary@db:canary/exchange", "not a URL"),
        ("mysql://e:canary@db/exchange", "expected postgresql://user:"),
        ("postgresql://e:canary@db/", "expected postgresql://user:"),
        ("postgresql://e:canary@db/x?sslmode=canary", "of the parameters"),
        ("postgresql://e:canary@db/x?passfile=canary", "of the parameters"),
    ],
)
def test_a_wrong_database_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    """What is wrong with its address is told, and nothing that is in it."""
    keys = {**SANDBOX, "EXCHANGE_SECRET_KEYS": '["key"]'}
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **keys, **{DATABASE: url})

    assert str(caught.value).startswith(f"{DATABASE}: {message}")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("postgres://e:p@db/x", "postgresql+asyncpg://e:p@db/x"),
        (
            "postgresql://e:p@db:5433/x?sslmode=verify-full",
            "postgresql+asyncpg://e:p@db:5433/x?ssl=verify-full",
        ),
        (None, "sqlite:///data/ledger.db"),
    ],
)
def test_the_ledger_is_where_it_is_said(
    given: str | None, wanted: str
) -> None:
    """Addresses as PostgreSQL's own tools take them; a file without any."""
    secret = None if given is None else SecretStr(given)
    url = ledger_url(secret, "data/ledger.db")

    assert url.render_as_string(hide_password=False) == wanted


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "EXCHANGE_TENANTS_FILE: {} is not valid JSON"),
        ("[canary", "EXCHANGE_TENANTS_FILE: {} is not valid JSON"),
        ("{}", "EXCHANGE_TENANTS_FILE: Input should be a valid tuple"),
        ("[]", "EXCHANGE_TENANT_ID: no tenant to serve"),
        ("[5]", "EXCHANGE_TENANTS_FILE__0: Input should be"),
        (
            json.dumps([ONE, {"client_secret": "canary", **ONE, "x": 1}]),
            "EXCHANGE_TENANTS_FILE__1__X: Extra inputs are not permitted",
        ),
        (
            json.dumps([{**ONE, "client_secret": ""}]),
            "EXCHANGE_TENANTS_FILE__0__CLIENT_SECRET: Value should have",
        ),
        (
            json.dumps([{**ONE, "tenant_id": "organizations"}]),
            "EXCHANGE_TENANTS_FILE__0__TENANT_ID: expected one tenant",
        ),
        (json.dumps([ONE, ONE]), "EXCHANGE_TENANTS: two tenants have"),
    ],
)
def test_a_wrong_file_of_tenants_is_named(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    content: str,
    message: str,
) -> None:
    """One line, with the variable and the member, and no word of the file."""
    path = tmp_path / "tenants.json"
    path.write_text(content)
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, EXCHANGE_TENANTS_FILE=str(path))

    assert str(caught.value).startswith(message.format(path))
    assert "\n" not in str(caught.value)
    assert "canary" not in str(caught.value)


def test_tenants_come_from_three_places(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One by itself, several as JSON, several from a file; all are shown."""
    path = tmp_path / "tenants.json"
    path.write_text(json.dumps([{**ONE, "tenant_id": SECOND, "alias": "c"}]))
    found = load(
        monkeypatch,
        **CALLED,
        EXCHANGE_CLIENT_SECRET_EXPIRES="2030-01-02",
        EXCHANGE_TENANTS=json.dumps(
            [
                {
                    **ONE,
                    "tenant_id": THIRD,
                    "alias": "b",
                    "client_secret_expires": "2031-01-02",
                }
            ]
        ),
        EXCHANGE_TENANTS_FILE=str(path),
    )
    shown = "\n".join(effective(found))

    assert [
        (tenant.alias, tenant.client_secret_expires)
        for tenant in found.every_tenant
    ] == [
        ("default", date(2030, 1, 2)),
        ("b", date(2031, 1, 2)),
        ("c", None),
    ]
    assert '"alias": "c"}]' in shown
    assert "canary" not in shown


def test_two_tenants_must_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliases are how tenants are told apart."""
    tenant = {"tenant_id": "t", "client_id": "c", "client_secret": "s"}
    with pytest.raises(SettingsError, match="same alias"):
        load(monkeypatch, EXCHANGE_TENANTS=json.dumps([tenant, tenant]))


def test_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decimal seconds, nested names, JSON, empty values as unset."""
    found = load(
        monkeypatch,
        **CALLED,
        EXCHANGE_CLOUD="usgov",
        EXCHANGE_PORT="",
        EXCHANGE_TIMEOUTS__CONNECT="0.5",
        EXCHANGE_CACHE__FRESH="0",
        EXCHANGE_CACHE__REVALIDATE="0",
        EXCHANGE_TENANTS=json.dumps(
            [
                {
                    "alias": "b",
                    "tenant_id": SECOND,
                    "client_id": "c2",
                    "client_secret": "canary-two",
                }
            ]
        ),
    )

    assert found.auth_mode is AuthMode.ENTRA
    assert found.port == 8000
    assert found.timeouts.connect == 0.5
    assert found.cache.fresh == 0
    assert found.cache.revalidate == 0
    assert found.cache.stale == 86_400
    assert [t.alias for t in found.every_tenant] == ["default", "b"]
    assert found.graph_url == "https://graph.microsoft.us/v1.0"
    assert found.login_url == "https://login.microsoftonline.us"
    assert found.cloud.scope == "https://graph.microsoft.us/.default"


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed shows every name and no secret."""
    found = load(
        monkeypatch,
        **CALLED,
        EXCHANGE_SECRET_KEYS='["canary-key"]',
        EXCHANGE_DATABASE_URL="postgresql://e:canary@db/exchange",
        EXCHANGE_TENANTS=json.dumps(
            [
                {
                    "alias": "b",
                    "tenant_id": SECOND,
                    "client_id": "c2",
                    "client_secret": "canary-two",
                }
            ]
        ),
    )
    lines = list(effective(found))

    assert "EXCHANGE_CLIENT_SECRET=********" in lines
    assert "EXCHANGE_TIMEOUTS__CONNECT=2.0" in lines
    assert "canary" not in "\n".join(lines)
    assert "canary" not in repr(found)


@pytest.mark.parametrize("cloud", list(Cloud))
def test_each_cloud_has_its_hosts(cloud: Cloud) -> None:
    """Tokens of one cloud are never asked for another."""
    assert cloud.graph_host in cloud.scope
    assert cloud.login_host.startswith("login.")


def test_keys_are_made_once(tmp_path: Path) -> None:
    """The file is the owner's alone, and the same key comes back."""
    settings = Settings(sandbox=True, data_dir=tmp_path / "new")
    first = secret_keys(settings)
    second = secret_keys(settings)
    file = tmp_path / "new" / "secret-keys.json"

    assert first == second
    assert len(first[0]) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    file.write_text("{}")
    with pytest.raises(ValueError, match="not a JSON list"):
        secret_keys(settings)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *[(host, True) for host in ("localhost", "127.9.9.9", "::1", "[::1]")],
        *[(host, False) for host in ("", "localhost.evil.example", "::2")],
    ],
)
def test_loopback(host: str, *, expected: bool) -> None:
    """Only names that never leave the machine."""
    assert is_loopback(host) is expected
