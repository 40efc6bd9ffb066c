"""Credentials change while the service runs, and it goes on."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from app.problems.causes import CertificateNotAccepted, CredentialUnusable
from app.problems.graph_failures import TenantCredentialsRejected
from app.sandbox import Sandbox
from tests.security.credentials.conftest import AskingWith
from tests.security.credentials.material import (
    CLUSTER,
    NEW,
    OLD,
    Pair,
    federated,
)
from tests.support.service import CONTOSO

pytestmark = pytest.mark.anyio

LIFE = 3600
SUBJECT = "system:serviceaccount:exchange:exchange-api"
REMEMBERED = 61
REMAINING = "exchange.credential.remaining"


def register(sandbox: Sandbox, pair: Pair) -> str:
    """Have the app registration know a certificate; return its print."""
    return sandbox.entra.registrations.add_certificate(
        CONTOSO["client_id"], pair.public
    )


def verified(form: dict[str, str], pair: Pair) -> dict[str, Any]:
    """Return the claims of what a certificate's key has signed."""
    assertion = form["client_assertion"]
    print_ = pair.certificate.fingerprint(SHA256())
    header = jwt.get_unverified_header(assertion)
    tenant_id = CONTOSO["tenant_id"]
    claims: dict[str, Any] = jwt.decode(
        assertion,
        pair.key.public_key(),
        algorithms=["PS256"],
        audience=(
            f"https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token"
        ),
    )

    assert header["x5t#S256"] == urlsafe_b64encode(print_).decode()
    assert "".join(header["x5c"][0].split()) in "".join(pair.public.split())
    assert "client_secret" not in form
    return claims


async def test_a_certificate_is_replaced(
    tmp_path: Path, sandbox: Sandbox, asking_with: AskingWith
) -> None:
    """The next token is asked for with the new one, and nobody waits."""
    file = tmp_path / "app.pem"
    file.write_text(OLD.pem)
    old_print = register(sandbox, OLD)
    async with asking_with(client_certificate_file=str(file)) as asking:
        [(_, left)] = asking.metering.points(REMAINING)
        first = await asking.token()
        register(sandbox, NEW)
        file.write_text(NEW.public + NEW.private())
        sandbox.entra.registrations.remove_certificate(old_print)
        second = await asking.later(LIFE)
        [(labels, left_then)] = asking.metering.points(REMAINING)
        old, new = asking.shown
    claims = verified(old, OLD)

    assert claims["iss"] == claims["sub"] == CONTOSO["client_id"]
    assert verified(new, NEW)["jti"] != claims["jti"]
    assert first != second
    assert labels == {"tenant": "contoso"}
    assert 9 < left / 86_400 < 10
    assert 399 < left_then / 86_400 < 400


@pytest.mark.attack(
    "A certificate that the app registration does not have",
    "Entra ID gives no token: 502 tenant-credentials-rejected",
)
async def test_a_certificate_that_is_not_registered(
    tmp_path: Path, sandbox: Sandbox, asking_with: AskingWith
) -> None:
    """Entra ID refuses it, until the file has the one that it knows."""
    file = tmp_path / "app.pem"
    file.write_text(OLD.pem)
    register(sandbox, NEW)
    async with asking_with(client_certificate_file=str(file)) as asking:
        with pytest.raises(CertificateNotAccepted) as refused:
            await asking.token()
        file.write_text(NEW.pem)
        token = await asking.later(REMEMBERED)

    assert refused.value.detail == "Entra ID gave no token: AADSTS700027."
    assert token


async def test_a_federated_token_is_replaced(
    tmp_path: Path, sandbox: Sandbox, asking_with: AskingWith
) -> None:
    """It is shown as it stands in the file, anew each time."""
    file = tmp_path / "token"
    sandbox.entra.registrations.federate(CONTOSO["client_id"], CLUSTER)
    tokens = [federated(subject) for subject in ("x", SUBJECT, SUBJECT)]
    file.write_text(tokens[0])
    async with asking_with(client_federated_token_file=str(file)) as asking:
        with pytest.raises(TenantCredentialsRejected):
            await asking.token()
        file.write_text(tokens[1])
        await asking.later(REMEMBERED)
        file.write_text(tokens[2] + "\n")
        await asking.later(LIFE)
        shown = [form["client_assertion"] for form in asking.shown]
        metered = asking.metering.points(REMAINING)

    assert shown == tokens
    assert not metered


async def test_a_secret_is_replaced(
    tmp_path: Path, asking_with: AskingWith
) -> None:
    """One that Entra ID refuses is as good as mended once the file is."""
    file = tmp_path / "secret"
    file.write_text("an-old-one")
    async with asking_with(client_secret_file=str(file)) as asking:
        with pytest.raises(TenantCredentialsRejected) as refused:
            await asking.token()
        file.write_text(CONTOSO["client_secret"] + "\n")
        token = await asking.later(REMEMBERED)
        shown = [form["client_secret"] for form in asking.shown]

    assert refused.value.upstream is not None
    assert refused.value.upstream.code == "AADSTS7000215"
    assert token
    assert shown == ["an-old-one", CONTOSO["client_secret"]]


async def test_a_file_that_is_broken_in_between(
    tmp_path: Path, sandbox: Sandbox, asking_with: AskingWith
) -> None:
    """The token that is held serves on; then it is told, and mends itself."""
    file = tmp_path / "app.pem"
    file.write_text(OLD.pem)
    for pair in (OLD, NEW):
        register(sandbox, pair)
    async with asking_with(client_certificate_file=str(file)) as asking:
        first = await asking.token()
        file.unlink()
        held = [await asking.later(LIFE * share) for share in (0.9, 0.05)]
        file.write_text(NEW.pem[:900])
        with pytest.raises(CredentialUnusable) as caught:
            await asking.later(LIFE * 0.06)
        file.write_text(NEW.pem)
        mended = await asking.later(REMEMBERED)
        asked = len(asking.shown)
    lines = map(json.loads, asking.metering.log.getvalue().splitlines())
    told = [line for line in lines if line["event"] == "token.rejected"]
    cannot = "The app's credential cannot be read: No such file or directory."

    assert held == [first, first]
    assert mended != first
    assert asked == 2
    assert caught.value.code == "tenant-credentials-rejected"
    assert [line["outcome"] for line in told] == [caught.value.code] * 3
    assert {line["flaw"] for line in told} == {cannot, caught.value.detail}
    assert "has a private key that cannot be read" in caught.value.detail
