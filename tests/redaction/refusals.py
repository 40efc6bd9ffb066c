"""What callers do wrong, and what goes wrong with the service itself."""

import asyncio
from typing import Any

from app.sandbox import Fault
from tests.redaction.canaries import word
from tests.redaction.failures import attempts
from tests.redaction.successes import HEADERS, LETTER, MAILBOX
from tests.redaction.watched import MOST_IN_FLIGHT, Watched
from tests.support.visitor import Visitor

__all__ = ["own_failures", "refusals"]

_MESSAGES = f"{MAILBOX}/messages"
_JSON = {"Content-Type": "application/json"}
_OF_MAIL: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", f"/v1/{word('path')}", {}),
    ("GET", f"/v1/mailboxes/{word('path')}@contoso.example/messages", {}),
    ("GET", f"{MAILBOX}/{word('path')}", {}),
    ("GET", f"{_MESSAGES}/{word('path')}", {}),
    ("GET", _MESSAGES, {"params": {word("parameter"): word("parameter")}}),
    ("GET", _MESSAGES, {"params": {"limit": word("parameter")}}),
    ("GET", _MESSAGES, {"params": {"cursor": word("cursor")}}),
    ("GET", _MESSAGES, {"headers": {"Accept": f"text/{word('type')}"}}),
    ("GET", _MESSAGES, {"headers": {"Prefer": f"wait={word('preference')}"}}),
    ("GET", _MESSAGES, {"headers": {"Exchange-Tenant": word("tenant")}}),
    ("GET", _MESSAGES, {"headers": {"Host": f"{word('host')}.example"}}),
    ("GET", _MESSAGES, {"headers": {"If-None-Match": f'"{word("etag")}"'}}),
    (
        "GET",
        f"{_MESSAGES}?query={word('search')}%20once",
        {"headers": {"Cache-Control": "only-if-cached"}},
    ),
    ("POST", _MESSAGES, {"json": {word("member"): word("member")}}),
    ("POST", _MESSAGES, {"json": {"subject": [word("subject")]}}),
    ("POST", _MESSAGES, {"json": {"to": [{"address": word("recipient")}]}}),
    (
        "POST",
        _MESSAGES,
        {"content": f'{{"subject":"{word("garbled")}', "headers": _JSON},
    ),
    (
        "POST",
        _MESSAGES,
        {
            "content": word("garbled"),
            "headers": {"Content-Type": f"text/{word('type')}"},
        },
    ),
    ("POST", _MESSAGES, {"content": b" " * 5_000_000, "headers": _JSON}),
    (
        "POST",
        f"{MAILBOX}/sends",
        {"json": LETTER, "headers": {"Idempotency-Key": word("key") * 99}},
    ),
    ("TRACE", _MESSAGES, {"headers": HEADERS}),
)
_OF_OPERATORS = (
    ("GET", f"/problems/{word('path')}", None),
    ("GET", f"/runbooks/{word('path')}", None),
    ("GET", f"/ops/errors?tenant={word('tenant')}", None),
    ("POST", f"/ops/breakers/{word('tenant')}/{word('path')}/reset", None),
    ("POST", f"/ops/tokens/{word('tenant')}/drop", None),
    ("POST", f"/ops/outbox/{word('path')}/retry", None),
    ("POST", "/ops/gates/contoso/open", {"mailbox": "ada@contoso.example"}),
    (
        "POST",
        "/ops/cache/purge",
        {"tenant": "contoso", "mailbox": "ada@contoso.example"},
    ),
)


async def refusals(found: Watched, message: str) -> None:
    """Ask for what is refused, with a canary in what is wrong about it."""
    for method, path, options in _OF_MAIL:
        await found.ask(method, path, **options)
    for method, path, body in _OF_OPERATORS:
        await found.ask(method, path, json=body)
    place = f"{MAILBOX}/messages/{message}"
    tag = {"If-Match": f'"{word("etag")}"'}
    await found.ask("PATCH", place, json={"is_read": True}, headers=tag)


async def own_failures(found: Watched, message: str) -> None:
    """Meet callers that leave, too many of them, no database, and the end.

    And before that, a message that nobody takes.
    """
    service = found.service
    refusal = Fault(route="*/send", status=400, code="ErrorInvalidRecipients")
    service.sandbox.faults.add(refusal)
    later = {"Prefer": "respond-async"}
    await found.ask("POST", f"{MAILBOX}/sends", json=LETTER, headers=later)
    await service.clock.sleep(10)
    service.sandbox.faults.clear()
    service.sandbox.faults.add(Fault(hang=True, route="/users/*"))
    leaving = Visitor(
        service=service,
        path=f"{_MESSAGES}?query={word('search')}",
        headers=HEADERS,
    )
    visit = leaving.visit()
    await service.clock.sleep(1)
    leaving.leave()
    await visit
    hasty = {"Prefer": "wait=1", "Cache-Control": "no-cache"}
    key = {"Idempotency-Key": f"{word('key')}twice"}
    await asyncio.gather(
        *(
            found.ask("POST", _MESSAGES, json=LETTER, headers=key | patience)
            for patience in ({}, hasty)
        ),
        *(
            found.ask("GET", f"{_MESSAGES}?limit={n}", headers=hasty)
            for n in range(1, 9)
        ),
        *(
            found.ask("GET", f"/v1/mailboxes/{word('path')}{n}@a.example")
            for n in range(MOST_IN_FLIGHT)
        ),
    )
    # By now Graph is taken for dead.
    for headers in ({}, {"X-API-Key": "greedy"}, {"X-API-Key": "greedy"}):
        await found.ask("GET", f"{MAILBOX}/overview", headers=headers)
    await found.look()
    service.sandbox.faults.clear()
    await service.clock.sleep(65)
    for path in found.data_dir.glob("ledger.db*"):
        path.rename(path.with_name(f"lost-{path.name}"))
    await attempts(found, message)
    service.stopping.begin()
    await attempts(found, message)
