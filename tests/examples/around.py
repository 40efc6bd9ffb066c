"""Examples: problems, health, operators."""

from collections.abc import Mapping

import httpx

from app.sandbox import Sandbox
from app.sandbox.faults import Fault
from tests.examples.asking import Ask, Rows

__all__ = ["AROUND"]

_BREAKER = {"tenant": "contoso", "workload": "mail-read"}

_MESSAGES = "/v1/mailboxes/ada@contoso.example/messages?limit=1"
_SENDS = "/v1/mailboxes/ada@contoso.example/sends"


async def _used(client: httpx.AsyncClient, _sandbox: Sandbox) -> None:
    await client.get(_MESSAGES)


async def _throttled(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(status=429, retry_after=60, route="/users/*"))
    await client.get(_MESSAGES, headers={"Prefer": "wait=2"})


async def _given_up(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    refusal = Fault(route="*/send", status=400, code="ErrorInvalidRecipients")
    sandbox.faults.add(refusal)
    handed_in = await client.post(
        _SENDS,
        json={"to": [{"address": "grace@contoso.example"}]},
        headers={"Prefer": "respond-async"},
    )
    place, status = handed_in.headers["location"], "queued"
    while status != "failed":
        status = (await client.get(place)).json()["status"]


async def _dead_letter(
    client: httpx.AsyncClient, _known: Mapping[str, str]
) -> str:
    shown = (await client.get("/ops/outbox")).json()
    found: str = shown["dead_letters"][0]["id"]
    return found


AROUND: Rows = {
    "list_problems": Ask(),
    "get_problem": Ask(
        path={"code": "graph-throttled"},
        headers={"Accept": "application/json"},
    ),
    "live": Ask(),
    "ready": Ask(),
    "exchange": Ask(before=_used),
    "get_state": Ask(before=_used),
    "list_errors": Ask(before=_throttled),
    "reset_breaker": Ask(path=_BREAKER),
    "isolate_breaker": Ask(path=_BREAKER),
    "release_breaker": Ask(path=_BREAKER),
    "open_gate": Ask(
        path={"tenant": "contoso"}, body={"mailbox": "ada@contoso.example"}
    ),
    "purge_cache": Ask(body={"tenant": "contoso"}),
    "drop_token": Ask(path={"tenant": "contoso"}),
    "get_outbox": Ask(before=_given_up),
    "retry_send": Ask(before=_given_up, path={"send": _dead_letter}),
    "discard_send": Ask(before=_given_up, path={"send": _dead_letter}),
}
