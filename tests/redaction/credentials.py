"""Everything that callers can show, with canaries in it."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

from app.sandbox import Fault, Sandbox
from app.sandbox.entra.clients import known_callers
from tests.redaction.canaries import Canary, address, word
from tests.redaction.successes import LETTER, MAILBOX
from tests.redaction.watched import Watched
from tests.support.callers import api_key

__all__ = ["CALLERS", "OF_CALLERS", "Shown", "keys", "show", "tokens"]

Header = tuple[str, str]
Shown = Callable[[Sandbox], Iterator[list[Header]]]

_OVERSEER = "the key of an operator"
CALLERS: dict[str, Any] = {
    "callers": known_callers(),
    "api_keys": [
        api_key(word("apikey"), mailboxes=["grace@contoso.example"]),
        api_key(f"old-{word('apikey')}", expires="2001-01-01"),
        api_key(_OVERSEER, name="overseer", tenants=["contoso", "fabrikam"]),
    ],
}
"""Who may call."""

OF_CALLERS = {"caller-forbidden", "caller-unauthenticated", "claims-required"}
"""The problems of callers that are not let in."""

_ADA = "bbbbbbbb-0000-4000-8000-000000000001"
_CHALLENGE = Fault(
    route="token",
    user="ada@contoso.example",
    aadsts=50076,
    claims=f'{{"access_token":{{"{word("challenge")}":{{}}}}}}',
    times=1,
)

_CLAIMS = {
    "name": word("claim"),
    "preferred_username": address("claim"),
    "upn": address("claim"),
    "ipaddr": word("claim"),
    "nonce": [word("claim")],
}
_WISHES: tuple[dict[str, Any], ...] = (
    {},
    {"expires_in": -3600},
    {"audience": word("claim")},
    {"claims": {"iss": f"https://{word('claim')}.example"}},
    {"claims": {"tid": word("claim")}},
    {"claims": {"azp": word("claim")}},
    {"claims": {"roles": word("claim"), "scp": word("claim")}},
    {"header": {"kid": word("header")}},
    {"header": {"jku": f"https://{word('header')}.example"}},
    {"header": {"typ": word("header")}},
)


def keys(_sandbox: Sandbox) -> Iterator[list[Header]]:
    """Yield keys that are good, old, wrong, cut off or given twice."""
    good = word("apikey")
    for key in (good, f"old-{good}", f"{good}x", good[:-1], f" {good} "):
        yield [("X-API-Key", key)]
    yield [("X-API-Key", good), ("X-API-Key", good)]
    yield [("Authorization", f"ApiKey {good}")]
    yield [("Authorization", f"Bearer {good}"), ("X-API-Key", "")]


def tokens(sandbox: Sandbox) -> Iterator[list[Header]]:
    """Yield tokens of people and applications, and what is none."""
    for wish in _WISHES:
        for user in ("ada@contoso.example", None):
            claims = _CLAIMS | wish.get("claims", {}) if user else {}
            given = {k: v for k, v in wish.items() if k != "claims"}
            token = sandbox.caller_token(
                "contoso.example", user=user, claims=claims, **given
            )
            for shown in (f"Bearer {token}", f"bearer  {token[:-9]}"):
                yield [("Authorization", shown)]
    basic = b64encode(f"ada:{word('basic')}".encode()).decode()
    for garbled in (
        f"Basic {basic}",
        word("basic"),
        f"Bearer {word('basic')}.{word('basic')}.{word('basic')}",
        f"Bearer {token} {word('basic')}",
        f"Bearer {token},Bearer {token}",
        "Bearer",
    ):
        yield [("Authorization", garbled)]
    yield [("Authorization", f"Bearer {token}")] * 2
    yield [("X-API-Key", word("apikey"))]


async def show(found: Watched, shown: Iterator[list[Header]]) -> None:
    """Read and write with each, and look at what is for operators.

    Entra ID wants more of the first person that it hears of.
    """
    found.service.sandbox.faults.add(_CHALLENGE)
    found.canaries.add(Canary("mailbox", _ADA))
    for headers in shown:
        for _, value in headers:
            _remember(found, value)
        await found.ask("GET", "/v1/mailboxes/me/messages", headers=headers)
        await found.ask("POST", "/ops/tokens/contoso/drop", headers=headers)
        await found.ask(
            "POST", f"{MAILBOX}/messages", json=LETTER, headers=headers
        )
    token = found.service.sandbox.caller_token(
        "contoso.example", client="operations", roles=["operator"]
    )
    operator = {"X-API-Key": _OVERSEER, "Authorization": f"Bearer {token}"}
    for page in ("/ops", "/ops/errors", "/health/exchange"):
        answer = await found.service.client.get(page, headers=operator)
        found.evidence.add("page", page, answer.raise_for_status().text)


def _remember(found: Watched, value: str) -> None:
    """Take a credential, and each part of it, for confidential."""
    for part in value.replace(",", " ").split():
        for piece in part.split("."):
            if len(piece) > len("Bearer"):
                found.canaries.add(Canary("assertion", piece))
