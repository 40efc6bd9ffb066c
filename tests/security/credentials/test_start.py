"""A credential that cannot be one ends the start, and is not quoted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat

from app.settings import SettingsError, effective, load_settings
from app.transport.credentials import certificate
from app.wiring.credentials import read_credentials
from tests.security.credentials.conftest import tenant
from tests.security.credentials.material import (
    NEW,
    OLD,
    elliptic,
    weak,
)
from tests.support.process import environment
from tests.support.service import settings_for

PASSWORD = "canary-of-a-password"
MARK = pytest.mark.attack
REFUSED = "the service does not start, and quotes nothing"


def lines_of(text: str) -> list[str]:
    """Return what must not be told of a file: each line that says much."""
    return [line for line in text.splitlines() if len(line) > 10]


def refusal(tmp_path: Path, **credential: object) -> str:
    """Return why the service does not start with this."""
    settings = settings_for(tmp_path, tenants=[tenant(**credential)])
    with pytest.raises(SettingsError) as caught:
        read_credentials(settings)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        pytest.param("", "has no private key", id="empty"),
        pytest.param("canary\0" * 9, "has no private key", id="rubbish"),
        pytest.param(NEW.public, "has no private key", id="public"),
        pytest.param(NEW.private(), "has no certificate that", id="key"),
        pytest.param(NEW.pem[:900], "cannot be read", id="half"),
        pytest.param(NEW.pem[:-90], "has no certificate that", id="cut"),
        pytest.param(
            NEW.private(PASSWORD) + NEW.public,
            "cannot be read, or not with client_certificate_password",
            id="encrypted",
        ),
        pytest.param(
            NEW.private() + OLD.public,
            "has no certificate of its key",
            id="not-its-own",
            marks=MARK("A private key beside another's certificate", REFUSED),
        ),
        pytest.param(elliptic().pem, "is not RSA of 2048 bits", id="elliptic"),
        pytest.param(
            weak().pem,
            "is not RSA of 2048 bits",
            id="weak",
            marks=MARK("A certificate with an RSA key of 1024 bits", REFUSED),
        ),
    ],
)
def test_a_file_that_is_no_certificate(
    tmp_path: Path, content: str, flaw: str
) -> None:
    """What is missing is told."""
    file = tmp_path / "app.pem"
    file.write_text(content)
    told = refusal(tmp_path, client_certificate_file=str(file))

    assert told.startswith("CLIENT_CERTIFICATE_FILE of contoso: The app's")
    assert flaw in told
    assert not [line for line in lines_of(content) if line in told]


def test_certificates_in_every_form() -> None:
    """Whatever order, with what signed it, encrypted or in the old format."""
    traditional = OLD.private(form=PrivateFormat.TraditionalOpenSSL)
    chain = OLD.private() + NEW.public + OLD.public
    proofs = [
        certificate("")(form.encode())
        for form in (OLD.pem, chain, OLD.public + traditional)
    ]
    hidden = OLD.private(PASSWORD) + OLD.public
    proofs.append(certificate(PASSWORD)(hidden.encode()))

    assert {proof.ends for proof in proofs} == {OLD.ends}
    assert all(proof.shown == proofs[0].shown for proof in proofs)
    assert repr(proofs[0]) == f"Proof(ends={OLD.ends!r})"


@pytest.mark.parametrize(
    ("name", "content", "flaw"),
    [
        ("client_secret_file", b" \n", "is not one line of text"),
        ("client_secret_file", b"canary-one\ncanary-two", "is not one line"),
        ("client_secret_file", b"canary\xff", "is not text"),
        ("client_federated_token_file", b"canary-token", "is no JSON web"),
        ("client_federated_token_file", b"a.b.c.canary", "is no JSON web"),
        ("client_federated_token_file", b"a..canary", "is no JSON web"),
    ],
)
def test_a_file_that_is_no_secret(
    tmp_path: Path, name: str, content: bytes, flaw: str
) -> None:
    """Neither a secret nor a token of another issuer."""
    file = tmp_path / "credential"
    file.write_bytes(content)
    told = refusal(tmp_path, **{name: str(file)})

    assert told.startswith(f"{name.upper()} of contoso: The app's credential ")
    assert flaw in told
    assert "canary" not in told


@pytest.mark.parametrize(
    ("path", "flaw"),
    [
        ("/nowhere/canary", "cannot be read: No such file or directory."),
        ("/", "cannot be read: Is a directory."),
        ("canary\0", "cannot be read: no path."),
        pytest.param(
            "/dev/zero",
            "is larger than 100000 bytes.",
            id="endless",
            marks=MARK("A credential's file that never ends", REFUSED),
        ),
        pytest.param(
            "canary~of.a.client.secret",
            "cannot be read: No such file or directory.",
            id="secret",
            marks=MARK("A secret set where its path belongs", REFUSED),
        ),
        pytest.param(
            OLD.pem,
            "cannot be read: ",
            id="pem",
            marks=MARK("A private key set where its path belongs", REFUSED),
        ),
    ],
)
def test_a_path_that_leads_nowhere(
    tmp_path: Path, path: str, flaw: str
) -> None:
    """Why is told, and not the path: it may be the secret itself."""
    told = refusal(tmp_path, client_secret_file=path)

    assert f"The app's credential {flaw}" in told
    assert "canary" not in told
    assert not [line for line in lines_of(path) if line in told]


CERTIFICATE = {"client_certificate_file": "/c"}


@pytest.mark.parametrize(
    ("credential", "message"),
    [
        ({}, "CLIENT_SECRET: needed"),
        (
            {"client_secret": "canary", "client_secret_file": "/s"},
            "CLIENT_SECRET_FILE: not beside CLIENT_SECRET; ",
        ),
        (
            {**CERTIFICATE, "client_federated_token_file": "/t"},
            "CLIENT_FEDERATED_TOKEN_FILE: not beside CLIENT_CERTIFICATE_F",
        ),
        (
            {"client_secret": "s", "client_certificate_password": "canary"},
            "CLIENT_CERTIFICATE_PASSWORD: not without CLIENT_CERTIFICATE_",
        ),
        (
            {**CERTIFICATE, "client_secret_expires": "2030-01-01"},
            "CLIENT_SECRET_EXPIRES: not with CLIENT_CERTIFICATE_FILE",
        ),
    ],
)
def test_a_tenant_has_one_credential(
    monkeypatch: pytest.MonkeyPatch,
    credential: dict[str, str],
    message: str,
) -> None:
    """Neither none nor two, wherever the tenant is described."""
    monkeypatch.setenv("EXCHANGE_TENANTS", json.dumps([tenant(**credential)]))
    with pytest.raises(SettingsError) as listed:
        load_settings()
    monkeypatch.delenv("EXCHANGE_TENANTS")
    alone_with = {"tenant_id": "t", "client_id": "c", **credential}
    for name, value in alone_with.items():
        monkeypatch.setenv(f"EXCHANGE_{name.upper()}", value)
    with pytest.raises(SettingsError) as alone:
        load_settings()

    assert str(listed.value).startswith(f"EXCHANGE_TENANTS__0__{message}")
    assert str(alone.value).startswith(f"EXCHANGE_{message}")
    assert "canary" not in f"{listed.value}{alone.value}"


def test_settings_that_name_files_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their paths, since nothing is read; the password never."""
    told = tenant(**CERTIFICATE, client_certificate_password=PASSWORD)
    monkeypatch.setenv("EXCHANGE_TENANTS", json.dumps([told]))
    own = {
        "AUTH_MODE": "none",
        "GRAPH_BASE_URL": "http://127.0.0.1/v1.0",
        "AUTHORITY_URL": "http://127.0.0.1",
        "TENANT_ID": "t",
        "CLIENT_ID": "c",
        "CLIENT_CERTIFICATE_FILE": "/c",
        "CLIENT_CERTIFICATE_PASSWORD": PASSWORD,
    }
    for name, value in own.items():
        monkeypatch.setenv(f"EXCHANGE_{name}", value)
    settings = load_settings()
    shown = "\n".join((*effective(settings), repr(settings)))

    assert "EXCHANGE_CLIENT_CERTIFICATE_FILE=/c" in shown
    assert '"client_certificate_file": "/c"' in shown
    assert [one.alias for one in settings.every_tenant] == [
        "default",
        "contoso",
    ]
    assert PASSWORD not in shown


def test_the_process_refuses_to_start(tmp_path: Path) -> None:
    """With a line that names the setting; the key's text is nowhere."""
    file = tmp_path / "app.pem"
    file.write_text(NEW.private() + OLD.public)
    variables = environment(
        tmp_path,
        EXCHANGE_TENANT_ID="t",
        EXCHANGE_CLIENT_ID="c",
        EXCHANGE_CLIENT_CERTIFICATE_FILE=str(file),
    )
    ended = subprocess.run(
        [sys.executable, "-m", "app", "serve"],
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        "CLIENT_CERTIFICATE_FILE of default: The app's credential has no"
        " certificate of its key.\n"
    )
