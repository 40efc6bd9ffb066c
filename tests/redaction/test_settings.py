"""What an operator sets wrong is told without its value."""

import json
from pathlib import Path

import pytest

from app.settings import (
    SettingsError,
    effective,
    load_settings,
    prepare_otel,
    secret_keys,
)
from tests.redaction.canaries import word
from tests.support.callers import api_key

SECRET = word("sealing")
TENANT = {
    "alias": "contoso",
    "tenant_id": "contoso.example",
    "client_id": "app",
    "client_secret": SECRET,
}
KEYS = {"SECRET_KEYS": '["k"]'}


def environment(
    monkeypatch: pytest.MonkeyPatch, prefix: str, variables: dict[str, str]
) -> None:
    """Set variables for this process."""
    monkeypatch.setenv("EXCHANGE_AUTH_MODE", "none")
    for name, value in variables.items():
        monkeypatch.setenv(f"{prefix}{name}", value)


@pytest.mark.parametrize(
    "variables",
    [
        {"TENANTS": SECRET},
        {"TENANTS": json.dumps({SECRET: SECRET})},
        {"TENANTS": json.dumps([SECRET])},
        {"TENANTS": json.dumps([TENANT | {"client_secret": [SECRET]}])},
        {"TENANTS": json.dumps([TENANT | {"alias": f"{SECRET} "}])},
        {"TENANTS": json.dumps([TENANT, TENANT])},
        {"CLIENT_SECRET": SECRET},
        {"SECRET_KEYS": SECRET},
        {"SECRET_KEYS": f'["", "{SECRET}"]'},
        {"SECRET_KEYS": f'{{"{SECRET}": 1}}'},
        {"DATABASE_URL": f"postgresql://u:{SECRET}@h/d"},
        {"DATABASE_URL": f"postgresql://u:p@h:{SECRET}/d", **KEYS},
        {"DATABASE_URL": f"mysql://u:{SECRET}@h/d", **KEYS},
        {"DATABASE_URL": f"postgresql://u:p@h/d?x={SECRET}", **KEYS},
        {"GRAPH_BASE_URL": f"https://u:{SECRET}@h"},
        {"GRAPH_BASE_URL": f"https://:{SECRET}@h"},
        {"AUTHORITY_URL": f"https://h/?key={SECRET}"},
        {"CORS_ORIGINS": f'["https://u:{SECRET}@h/"]'},
        {"CLIENT_SECRET_EXPIRES": SECRET},
        {"AUTH_MODE": SECRET},
        {"PORT": SECRET},
        {"RETRY__ATTEMPTS": SECRET},
        {"RETRY": f'{{"attempts": "{SECRET}"}}'},
    ],
    ids=str,
)
def test_settings_are_refused_without_their_values(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """The message names the variable; nothing else is told."""
    environment(monkeypatch, "EXCHANGE_", {"SANDBOX": "true", **variables})
    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert "EXCHANGE_" in str(caught.value)
    assert caught.value.__suppress_context__
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "variables",
    [
        {"HEADERS": SECRET},
        {"HEADERS": f"Bearer {SECRET}"},
        {"HEADERS": f"authorization=Bearer {SECRET},{SECRET}"},
        {"HEADERS": f"authorization={SECRET}%0A"},
        {"LOGS_HEADERS": f"x={SECRET}\ny"},
        {"TRACES_HEADERS": f"={SECRET}"},
        {"ENDPOINT": f"http://u:{SECRET}@h"},
        {"METRICS_ENDPOINT": f"u:{SECRET}@h:4317"},
        {"PROTOCOL": SECRET},
    ],
    ids=str,
)
def test_the_way_to_a_collector_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """What libraries would quote from these is refused before they see it."""
    environment(monkeypatch, "OTEL_EXPORTER_OTLP_", variables)
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    with pytest.raises(SettingsError) as caught:
        prepare_otel()

    assert SECRET not in str(caught.value)
    assert "OTEL_EXPORTER_OTLP_" in str(caught.value)


@pytest.mark.parametrize(
    "header",
    ["authorization=Bearer%20abc", "a=b, c=d=e", "x-key = two words", "a=,"],
)
def test_headers_for_a_collector_are_taken(
    monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    """Whatever the SDK understands, encoded or not."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", header)

    assert not prepare_otel()


def test_files_are_not_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither of tenants nor of keys, whatever is wrong with them."""
    tenants = tmp_path / "tenants.json"
    (tmp_path / "secret-keys.json").write_text(f'{{"{SECRET}": ["{SECRET}"]}}')
    environment(monkeypatch, "EXCHANGE_", {"DATA_DIR": str(tmp_path)})
    monkeypatch.setenv("EXCHANGE_TENANTS_FILE", str(tenants))
    said = []
    for text in (
        f'[{{"{SECRET}',
        f'"{SECRET}"',
        f'[{{"alias":["{SECRET}"]}}]',
    ):
        tenants.write_text(text)
        with pytest.raises(SettingsError) as refused:
            load_settings()
        said.append(str(refused.value))
    monkeypatch.delenv("EXCHANGE_TENANTS_FILE")
    monkeypatch.setenv("EXCHANGE_SANDBOX", "true")
    with pytest.raises(ValueError, match="JSON list") as unread:
        secret_keys(load_settings())

    assert not [text for text in (*said, str(unread.value)) if SECRET in text]


def test_settings_are_shown_without_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each that holds one, however it was given."""
    variables = {
        "TENANTS": json.dumps([TENANT]),
        "TENANT_ID": "fabrikam.example",
        "CLIENT_ID": "app",
        "CLIENT_SECRET": SECRET,
        "SECRET_KEYS": f'["{SECRET}"]',
        "DATABASE_URL": f"postgresql://u:{SECRET}@h/d",
        "AUTH_MODE": "api_key",
        "API_KEYS": json.dumps([api_key(SECRET)]),
    }
    environment(monkeypatch, "EXCHANGE_", variables)
    settings = load_settings()
    shown = "\n".join((*effective(settings), repr(settings)))

    assert "fabrikam.example" in shown
    assert SECRET not in shown
