"""Cases A, second half: what is repeated, and what is not."""

from base64 import b64encode
from contextlib import suppress
from itertools import count
from pathlib import Path

import httpx
import pytest

from app.gateway.operations.entry import Operation
from app.gateway.operations.mail import SEND_DRAFT, UPDATE_MESSAGE
from app.problems.errors import ExchangeError, Outcome
from app.problems.graph_failures import GraphUnreachable, TokenRejected
from app.transport.aiohttp_transport import CertificateRejected
from tests.support.gateway import READ, SEND_MAIL, gateway
from tests.support.scripted import Answer, Heard, ScriptedGraph, Step

pytestmark = pytest.mark.anyio

CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'
CHALLENGE = (
    'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4'
    'iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzAwMDAwMDAwIn19fQ=="'
)


def refused(status: int, code: str = "") -> Answer:
    body = f'{{"error": {{"code": "{code}"}}}}'.encode() if code else b""
    return Answer(status=status, body=body)


async def sends(tmp_path: Path, step: Step, operation: Operation) -> int:
    """Return how often a request was sent after its first one failed."""
    graph = ScriptedGraph(step)
    async with gateway(tmp_path, graph) as built:
        with suppress(ExchangeError):
            await built.send(operation)
    return len(graph.heard)


@pytest.mark.parametrize(
    ("status", "reads", "writes"),
    [(500, 2, 1), (502, 2, 1), (501, 1, 1), (505, 1, 1), (507, 1, 1)],
)
async def test_t018_server_errors(
    tmp_path: Path, status: int, reads: int, writes: int
) -> None:
    """500 and 502 are repeated for a read; 501, 505 and 507 are not."""
    assert await sends(tmp_path, refused(status), READ) == reads
    assert await sends(tmp_path, refused(status), SEND_MAIL) == writes


@pytest.mark.parametrize(
    ("status", "reads", "writes"),
    [
        *[(408, 2, 1), (425, 2, 2)],
        *[(400, 1, 1), (403, 1, 1), (404, 1, 1)],
        *[(409, 1, 1), (410, 1, 1), (412, 1, 1)],
    ],
)
async def test_t019_client_errors(
    tmp_path: Path, status: int, reads: int, writes: int
) -> None:
    """408 and 425 are repeated for a read; other 4xx are sent once."""
    assert await sends(tmp_path, refused(status), READ) == reads
    assert await sends(tmp_path, refused(status), SEND_MAIL) == writes


async def test_t020_a_rejected_token_is_renewed_once(tmp_path: Path) -> None:
    """401 once: one new token, the same request again, and no retry."""
    graph = ScriptedGraph(Answer(status=401, body=b""))
    async with gateway(tmp_path, graph, retry={"attempts": 1}) as built:
        asked_before = graph.tokens
        # The token is not brand new, or renewing it would be pointless.
        await built.parts.clock.sleep(60)
        await built.send()

    first, second = graph.heard
    assert graph.tokens == asked_before + 1
    assert first.url == second.url
    assert first.headers["authorization"] != second.headers["authorization"]
    assert built.parts.budgets[built.call().health].remaining == 3


async def test_t020_a_second_rejection_is_told(tmp_path: Path) -> None:
    """401 twice: the second one is the caller's to know."""
    graph = ScriptedGraph(otherwise=Answer(status=401, body=b""))
    async with gateway(tmp_path, graph) as built:
        await built.parts.clock.sleep(60)
        with pytest.raises(TokenRejected):
            await built.send()

    assert len(graph.heard) == 2


async def test_t020_a_challenge_is_answered_exactly_once(
    tmp_path: Path,
) -> None:
    """Graph insists on claims: one token with them, then its word stands."""
    graph = ScriptedGraph(
        otherwise=Answer(
            status=401, body=b"", headers={"WWW-Authenticate": CHALLENGE}
        )
    )
    async with gateway(tmp_path, graph) as built:
        before = graph.tokens
        with pytest.raises(TokenRejected) as caught:
            await built.send()
        asked = graph.tokens - before
        # Whoever comes next has the same token, and does not ask again.
        with pytest.raises(TokenRejected):
            await built.send()

    assert caught.value.claims == CLAIMS
    assert asked == 1
    assert graph.tokens == before + 1
    assert len(graph.heard) == 3


async def test_t020_a_second_challenge_is_told(tmp_path: Path) -> None:
    """Graph wants other claims each time: that game is not played."""
    wishes = count()

    def challenge(_heard: Heard) -> Answer:
        wish = b'{"access_token": {"nbf": {"value": "%d"}}}' % next(wishes)
        claims = b64encode(wish).decode()
        told = f'Bearer error="insufficient_claims", claims="{claims}"'
        return Answer(status=401, body=b"", headers={"WWW-Authenticate": told})

    graph = ScriptedGraph(otherwise=challenge)
    async with gateway(tmp_path, graph) as built:
        before = graph.tokens
        with pytest.raises(TokenRejected):
            await built.send()

    assert graph.tokens == before + 1
    assert len(graph.heard) == 2


@pytest.mark.parametrize(
    ("status", "code", "reads", "writes"),
    [
        (423, "", 1, 1),
        (423, "ErrorNobodyKnows", 1, 1),
        (423, "ErrorMailboxMoveInProgress", 1, 1),
        (500, "ErrorMailboxStoreUnavailable", 1, 1),
        (503, "ErrorMailboxFailover", 1, 1),
        (400, "ErrorServerBusy", 2, 1),
        (400, "ErrorTooManyObjectsOpened", 2, 2),
        (500, "ErrorTooManyObjectsOpened", 2, 1),
        (500, "ErrorInternalServerTransientError", 2, 1),
        (500, "ErrorNobodyKnows", 2, 1),
        (500, "ErrorItemCorrupt", 1, 1),
        (500, "ErrorApiQuarantined", 1, 1),
        (500, "ErrorCalendarInvalidRecurrence", 1, 1),
        (503, "ErrorNobodyKnows", 2, 1),
        (429, "ErrorNobodyKnows", 2, 2),
        (404, "ErrorNobodyKnows", 1, 1),
    ],
)
async def test_t022_codes_by_their_table(
    tmp_path: Path, status: int, code: str, reads: int, writes: int
) -> None:
    """Of an unknown code the status is believed: no write is repeated."""
    step = refused(status, code)

    assert await sends(tmp_path, step, READ) == reads
    assert await sends(tmp_path, step, SEND_MAIL) == writes


@pytest.mark.parametrize("operation", [READ, SEND_MAIL])
@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout]
)
async def test_t023_what_was_never_sent_is_repeated(
    tmp_path: Path, operation: Operation, error: type[httpx.TransportError]
) -> None:
    """A failure to connect is repeated for every method."""
    assert await sends(tmp_path, error("refused"), operation) == 2


@pytest.mark.parametrize("operation", [READ, UPDATE_MESSAGE])
@pytest.mark.parametrize(
    "error", [httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError]
)
async def test_t024_a_read_that_broke_off_is_repeated(
    tmp_path: Path, operation: Operation, error: type[httpx.TransportError]
) -> None:
    """A reset after a GET was written is repeated; a PATCH says the same."""
    assert await sends(tmp_path, error("reset"), operation) == 2


@pytest.mark.parametrize("operation", [SEND_MAIL, SEND_DRAFT])
async def test_t024_a_write_that_broke_off_is_not(
    tmp_path: Path, operation: Operation
) -> None:
    """A reset after an unkeyed POST was written is sent once: unknown."""
    graph = ScriptedGraph(httpx.ReadError("reset"))
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(GraphUnreachable) as caught:
            await built.send(operation)

    assert len(graph.heard) == 1
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("operation", [READ, SEND_MAIL])
@pytest.mark.parametrize(
    "step",
    [
        CertificateRejected("self-signed"),
        httpx.InvalidURL("no host"),
        httpx.UnsupportedProtocol("ftp"),
        httpx.LocalProtocolError("a header with a line break"),
        httpx.TooManyRedirects("round and round"),
        Answer(status=302, body=b"", headers={"Location": "https://x/"}),
        Answer(status=308, body=b"", headers={"Location": "https://x/"}),
    ],
    ids=lambda step: type(step).__name__,
)
async def test_t025_what_never_helps_is_never_repeated(
    tmp_path: Path, operation: Operation, step: Step
) -> None:
    """Bad certificate, invalid URL, redirects: one request, none followed."""
    assert await sends(tmp_path, step, operation) == 1
