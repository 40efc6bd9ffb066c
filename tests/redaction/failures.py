"""Every way to fail, with canaries in whatever Microsoft says of it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx

from app.problems.errors import Upstream
from app.problems.exchange_codes import EXCHANGE_CODES
from app.problems.graph_codes import graph_error
from app.sandbox import Fault
from tests.redaction.canaries import address, word
from tests.redaction.successes import HEADERS, LETTER, MAILBOX
from tests.redaction.watched import Watched
from tests.support.network import Between, Carry

__all__ = ["ECHO", "attempts", "every_failure"]

ECHO = (
    f"{word('echo')} {address('recipient')} {word('subject')} Bearer"
    f" {word('bearer')}"
)
_HEADERS = {
    "request-id": ECHO,
    "x-ms-ags-diagnostic": ECHO,
    "Location": f"https://{word('link')}.example/?{word('link')}",
    "WWW-Authenticate": f'Bearer realm="{word("challenge")}"',
}
_STATUSES = (400, 403, 404, 409, 500, 507, 429, 501)
_ANY = (400, 401, 404, 423, 500, 503, 504)
_BODIES = ("html", "empty", "truncated", "not-json", "error-200", "garbage")
# Until gates open, breakers close and failures are forgotten.
_PAUSE = 65.0
_CLAIM = f'"{word("challenge")}"'
# How many kinds of requests meet a failure.
_FEW, _ALL = 3, 6
_RAISED = f"{word('raised')} {ECHO}"


def graph_faults() -> Iterator[Fault]:
    """Yield failures of Graph's: each status, each meaning of a code."""
    for status in _ANY:
        yield _fault(status=status)
    for kind, codes in EXCHANGE_CODES.items():
        code = codes.split()[0]
        for status in _STATUSES:
            if type(graph_error(status, Upstream(code=code))) is kind:
                yield _fault(status=status, code=code)
                break
    # No code at all, but what somebody wrote.
    yield _fault(status=400, code=ECHO)
    yield _fault(status=503, retry_after=ECHO)
    yield _fault(status=429, retry_after=20)
    for claims in (_CLAIM, f'{{"nbf":{_CLAIM}}}'):
        yield _fault(claims=f'{{"access_token":{claims}}}', times=9)
    for body in _BODIES:
        yield _fault(body=body)
    for reset in ("before", "after", "midway"):
        yield _fault(reset=reset)
    yield _fault(hang=True)


def _fault(**what: Any) -> Fault:
    return Fault(route="/*", message=ECHO, headers=_HEADERS, **what)


def entra_faults() -> Iterator[Fault]:
    """Yield refusals of Entra ID's."""
    for number in (7000215, 7000222, 700016, 65001, 53003, 90002, 50196):
        yield Fault(route="token", aadsts=number)
    yield Fault(route="token", error=word("description"), status=400)
    yield Fault(route="token", body="html", status=503)
    yield Fault(route="token", hang=True)


def interventions() -> Iterator[Between]:
    """Yield what may happen between the service and Microsoft."""
    errors = (
        *(httpx.ConnectError, httpx.ReadError, httpx.PoolTimeout),
        *(httpx.RemoteProtocolError, httpx.DecodingError, httpx.InvalidURL),
        *(RuntimeError, KeyError, AssertionError, ValueError, OSError),
    )
    for error in errors:
        yield _raising(error)
    for content in (
        {"value": ECHO},
        {"value": [{"id": 7, "subject": {ECHO: ECHO}}]},
        {"value": [], "@odata.nextLink": f"https://{word('link')}.example/"},
        {"uploadUrl": f"https://{word('link')}.example/?{word('upload')}"},
        {"id": 7, "responses": [{"id": ECHO, "status": ECHO}]},
        {"error": {"code": ECHO, "message": ECHO}},
        {"access_token": ["x"], "error_description": ECHO},
    ):
        yield _answering(content)
    yield _breaking_off


def _raising(kind: Callable[[str], Exception]) -> Between:
    async def between(_request: httpx.Request, _carry: Carry) -> Any:
        raise kind(_RAISED)

    return between


def _answering(content: dict[str, Any]) -> Between:
    async def between(request: httpx.Request, _carry: Carry) -> httpx.Response:
        return httpx.Response(200, json=content, request=request)

    return between


class _Broken(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        raise RuntimeError(_RAISED)


async def _breaking_off(request: httpx.Request, _carry: Carry) -> Any:
    return httpx.Response(200, stream=_Broken(), request=request)


async def every_failure(found: Watched, message: str) -> None:
    """Meet each failure with reads, writes, sends, uploads and downloads."""
    book, clock = found.service.sandbox.faults, found.service.clock
    for fault in (*graph_faults(), *entra_faults()):
        if fault.route == "token":
            await found.ask("POST", "/ops/tokens/contoso/drop")
        book.add(fault)
        await attempts(found, message, most=_FEW if fault.code else _ALL)
        book.clear()
        await clock.sleep(_PAUSE)
    for between in interventions():
        found.service.network.between = between
        await attempts(found, message)
        found.service.network.between = None
        await clock.sleep(_PAUSE)
    await found.look()


async def attempts(found: Watched, message: str, most: int = _ALL) -> None:
    """Read, write, send and download."""
    headers = {n: v for n, v in HEADERS.items() if n != "Idempotency-Key"}
    headers["Cache-Control"] = "no-cache"
    place = f"{MAILBOX}/messages/{message}"
    tries: tuple[tuple[str, str, Any], ...] = (
        ("GET", f"{MAILBOX}/messages?query={word('search')}", None),
        ("POST", f"{MAILBOX}/sends", LETTER),
        ("GET", f"{MAILBOX}/overview", None),
        ("GET", f"/v1/mailboxes?query={word('search')}", None),
        ("POST", f"{MAILBOX}/messages", LETTER),
        ("PATCH", place, {"categories": [word("category")]}),
    )
    for method, path, body in tries[:most]:
        await found.ask(method, path, json=body, headers=headers)
    # Where an answer had begun its connection is cut.
    with suppress(Exception):
        await found.ask("GET", f"{place}/mime", headers=headers)
