"""Canaries through everything that can happen; none gets out."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from app.problems.registry import REGISTRY
from app.sandbox import Sandbox
from tests.redaction.allowed import leaks, unused
from tests.redaction.canaries import address, planted, word
from tests.redaction.credentials import (
    CALLERS,
    OF_CALLERS,
    Shown,
    keys,
    show,
    tokens,
)
from tests.redaction.evidence import Evidence
from tests.redaction.failures import every_failure
from tests.redaction.refusals import own_failures, refusals
from tests.redaction.successes import (
    LETTER,
    MAILBOX,
    deliver,
    every_operation,
    writes,
)
from tests.redaction.watched import watched
from tests.support.service import settings_for, started

pytestmark = pytest.mark.anyio

_NEVER_MET = {"idempotency-key-missing"}


@pytest.mark.long
async def test_nothing_confidential_gets_out(
    tmp_path: Path,
    sandbox: Sandbox,
    capfd: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:
    """Success and each problem there is: nothing where it does not belong.

    What is found where it may be shows that the search finds.
    """
    message = deliver(sandbox)
    async with watched(tmp_path, sandbox) as service:
        await every_operation(service)
        await writes(service)
        await refusals(service, message)
        await every_failure(service, message)
        await own_failures(service, message)
    evidence = service.evidence
    evidence.add("console", "stdout and stderr", "".join(capfd.readouterr()))
    found = evidence.search(service.canaries)
    record_property("redaction", evidence.report())

    assert leaks(found) == []
    assert unused(found) == []
    assert set(REGISTRY) - service.codes == _NEVER_MET | OF_CALLERS


@pytest.mark.parametrize(
    ("mode", "credentials", "known"),
    [
        ("api_key", keys, OF_CALLERS - {"claims-required"}),
        ("entra", tokens, OF_CALLERS | {"assertion", "challenge"}),
    ],
)
async def test_credentials_stay_where_they_were_shown(
    tmp_path: Path,
    sandbox: Sandbox,
    mode: str,
    credentials: Shown,
    known: set[str],
) -> None:
    """Keys and tokens, good or not, and whatever tokens say of people."""
    async with watched(tmp_path, sandbox, auth_mode=mode, **CALLERS) as found:
        await show(found, credentials(sandbox))
    seen = found.evidence.search(found.canaries)

    assert leaks(seen) == []
    assert found.codes | {canary for _, canary in seen} >= known


@pytest.mark.parametrize(
    "hidden",
    [
        word("subject").upper(),
        f"a {word('subject')}, and more",
        address("recipient"),
        b64encode(f"To: {word('subject')}.".encode()).decode(),
        b64encode(f"So: {word('subject')}.".encode())[1:].decode(),
        word("body").encode().hex(),
        word("body").encode("utf-16-le"),
        hashlib.sha256(word("search").encode()).hexdigest()[:16],
        hashlib.md5(word("key").encode()).hexdigest(),  # noqa: S324 - a leak
        "ada%40contoso.example",
        {"deep": [{word("member"): 1}]},
    ],
)
def test_the_search_finds_what_is_hidden(hidden: object) -> None:
    """In other cases, encodings, digests without a key, and in names."""
    evidence = Evidence()
    evidence.add_tree("log", "event", hidden)

    assert leaks(evidence.search(planted()))


async def test_a_database_that_is_gone_keeps_its_password(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Nobody listens there: the log names the failure alone."""
    secret = word("sealing")
    settings = settings_for(
        tmp_path, database_url=f"postgresql://u:{secret}@127.0.0.1:9/d"
    )
    async with started(settings, sandbox) as service:
        answer = await service.client.post(f"{MAILBOX}/sends", json=LETTER)
    told = service.log.getvalue()

    assert answer.json()["code"] == "ledger-unavailable"
    assert service.events("ledger.lost")
    assert secret not in told + answer.text
