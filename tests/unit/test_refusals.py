"""A flood is refused before there is a request, and told of all the same."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from app.clock import SystemClock
from app.main import _reads
from app.routers.middleware import Door, Guard
from app.routers.middleware.room import Room
from app.routers.paths import Paths
from app.routers.protocol import HttpProtocol
from app.routers.refusals import Refusals
from app.routers.wording import Wording
from app.services.status.history import History
from tests.support.line import Line, connected
from tests.support.metering import Metering

pytestmark = pytest.mark.anyio

PAGE = "/v1/mailboxes/ada@contoso.example/messages"
ROUTE = "/v1/mailboxes/{mailbox}/messages"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
FLOOD = 50
MOST = 4


@dataclass(frozen=True)
class Board:
    history: History


@dataclass(frozen=True)
class Shared:
    status: Board


class Answer:
    """A refusal, read back."""

    def __init__(self, raw: bytes) -> None:
        head, _, body = raw.partition(b"\r\n\r\n")
        first, _, lines = head.partition(b"\r\n")
        self.status = int(first.split()[1])
        self.headers = dict(BytesHeaderParser().parsebytes(lines))
        self.document: dict[str, Any] = json.loads(body) if body else {}

    def alike(self) -> Any:
        """Return what is the same for all who ask the same."""
        headers = {**self.headers, "x-request-id": "-"}
        return self.status, headers, {**self.document, "request_id": "-"}


@dataclass
class Entrance:
    """The way in: `Door`, `Guard`, and behind them who never answers."""

    metering: Metering = field(default_factory=Metering)
    ends: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        clock, telemetry = SystemClock(), self.metering.telemetry
        self.room = Room(MOST, clock=clock, telemetry=telemetry)
        self.history = History(clock)
        self.refusals = Refusals(
            self.room,
            Wording(clock, telemetry),
            paths=Paths(_reads()),
            history=self.history,
            telemetry=telemetry,
        )
        guard = Guard(
            self._serve, clock=clock, telemetry=telemetry, room=self.room
        )
        self.app = Door(guard, clock=clock, telemetry=telemetry)

    async def _serve(self, scope: Scope, _: Receive, send: Send) -> None:
        if not scope["path"].startswith("/health"):
            await self.ends.wait()
        await send(
            {"type": "http.response.start", "status": 204, "headers": []}
        )
        await send({"type": "http.response.body"})

    def connect(self) -> tuple[HttpProtocol, Line]:
        """Return the service's end of a new connection, and the other."""
        board = Shared(Board(self.history))
        return connected(self.app, exchange=board, refusals=self.refusals)

    async def fill(self, number: int = MOST) -> None:
        """Take the room of so many."""
        for _ in range(number):
            protocol, _ = self.connect()
            protocol.data_received(asked())
        await rounds()

    async def flood(self) -> None:
        """Have as many refused as it takes until it is a flood."""
        for _ in range(FLOOD + 1):
            assert (await self.ask(asked())).status == 503

    async def ask(self, raw: bytes) -> Answer:
        """Ask over a new connection."""
        protocol, line = self.connect()
        protocol.data_received(raw)
        await rounds()
        return Answer(line.said)

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Return the lines of an event in the log."""
        lines = map(json.loads, self.metering.log.getvalue().splitlines())
        return [line for line in lines if line["event"] == event]


def asked(
    target: str = PAGE, method: str = "GET", version: str = "1.1", **more: str
) -> bytes:
    """Return a request; names of headers are written with ``_``."""
    lines = [f"{method} {target} HTTP/{version}", "Host: api.example"]
    lines += [f"{name.replace('_', '-')}: {at}" for name, at in more.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def rounds() -> None:
    """Let everything happen that is about to happen."""
    for _ in range(20):
        await SystemClock().sleep(0)


async def test_who_comes_in_a_flood_is_told_the_same() -> None:
    """Word for word, but for the id of the request."""
    entrance = Entrance()
    await entrance.fill()
    first = await entrance.ask(asked())
    await entrance.flood()
    told = len(entrance.lines("http.access"))
    later = await entrance.ask(asked())

    assert later.alike() == first.alike()
    assert later.document["request_id"] == later.headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", later.headers["x-request-id"])
    assert len(entrance.lines("http.access")) == told


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (PAGE, PAGE),
        (f"{PAGE}?limit=5&x=%25", PAGE),
        (
            "/v1/mailboxes/a%20b/messages/x%2Fy",
            "/v1/mailboxes/a%20b/messages/x%2Fy",
        ),
        ("/v1/nowhere", "/v1/nowhere"),
    ],
)
async def test_it_says_what_was_asked_for(target: str, shown: str) -> None:
    """The path as it was sent, and the caller's own ids."""
    parent = f"00-{TRACE}-00f067aa0ba902b7-01"
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    told = len(entrance.lines("http.access"))
    raw = asked(target, X_Request_ID="mine.1", traceparent=parent)
    answer = await entrance.ask(raw)

    assert answer.document["instance"] == shown
    assert answer.document["request_id"] == "mine.1"
    assert answer.headers["x-request-id"] == "mine.1"
    assert answer.document["trace_id"] == TRACE
    assert len(entrance.lines("http.access")) == told


async def test_all_are_counted() -> None:
    """One by one or together: none is missing, none is counted twice."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    for _ in range(200):
        await entrance.ask(asked())
    for _ in range(30):
        await entrance.ask(asked(f"{PAGE}?cursor=abc"))
    await SystemClock().sleep(1.1)
    whole = FLOOD + 1 + 200 + 30
    shed = entrance.metering.points("exchange.requests.shed")
    found = {labels["criticality"]: value for labels, value in shed}
    measured = entrance.metering.count(
        "http.server.request.duration",
        **{"http.route": ROUTE, "error.type": "503"},
    )
    lately = entrance.history.lately("")

    assert found == {"interactive": whole - 30, "sync": 30}
    assert sum(line["shed"] for line in entrance.lines("shed")) == whole
    assert len(entrance.lines("shed")) == 2
    assert lately.codes == {"service-overloaded": whole}
    assert lately.failed == whole
    told = len(entrance.lines("http.access"))
    assert told <= FLOOD + 1
    assert measured == whole - told


async def test_of_many_paths_all_are_counted() -> None:
    """However many different ones there are."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    protocol, _ = entrance.connect()
    for number in range(5000):
        protocol.data_received(asked(f"/v1/mailboxes/m{number}@c.example"))
        if number % 100 == 0:
            await rounds()
        else:
            await SystemClock().sleep(0)
    await SystemClock().sleep(1.1)

    whole = FLOOD + 1 + 5000
    assert entrance.metering.value("exchange.requests.shed") == whole


async def test_who_can_wait_is_refused_first() -> None:
    """Also in a flood there is room for who looks for the first time."""
    entrance = Entrance()
    await entrance.fill(3)
    for _ in range(FLOOD + 1):
        await entrance.ask(asked(f"{PAGE}?cursor=abc"))
    told = len(entrance.lines("http.access"))
    walker = await entrance.ask(asked(f"{PAGE}?cursor=abc"))
    protocol, looker = entrance.connect()
    protocol.data_received(asked())
    await rounds()
    is_let_in = not looker.said
    entrance.ends.set()
    await rounds()

    assert walker.status == 503
    assert 5 <= int(walker.headers["retry-after"]) <= 10
    assert is_let_in
    assert Answer(looker.said).status == 204
    assert len(entrance.lines("http.access")) == told + 4


async def test_of_those_who_come_at_once_as_many_as_fit_are_let_in() -> None:
    """The rest is refused at once, not by whoever serves them."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    told = len(entrance.lines("http.access"))
    entrance.ends.set()
    await rounds()
    entrance.ends.clear()
    ways = [entrance.connect() for _ in range(3 * MOST)]
    for protocol, _ in ways:
        protocol.data_received(asked())
    await rounds()
    waiting = [line for _, line in ways if not line.said]

    assert len(waiting) == MOST
    assert len(entrance.lines("http.access")) == told + MOST
    entrance.ends.set()
    await rounds()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(asked("/health/ready"), id="health"),
        pytest.param(asked("/ops"), id="ops"),
        pytest.param(asked("/status"), id="status"),
    ],
)
async def test_who_looks_after_it_is_let_in(raw: bytes) -> None:
    """A flood keeps nobody from seeing it."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    protocol, line = entrance.connect()
    protocol.data_received(raw)
    entrance.ends.set()
    await rounds()

    assert Answer(line.said).status == 204


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(asked(method="HEAD"), id="head"),
        pytest.param(asked(method="DELETE"), id="write"),
        pytest.param(asked(Content_Length="2") + b"{}", id="body"),
        pytest.param(asked(Connection="close"), id="last"),
        pytest.param(asked(version="1.0"), id="old"),
        pytest.param(asked(Origin="https://a.example"), id="page"),
        pytest.param(asked(traceparent="01-of-a-later-version"), id="trace"),
        pytest.param(asked(f"{PAGE}/[x]"), id="path"),
        pytest.param(asked(f"{PAGE}/{'x' * 1000}"), id="long"),
    ],
)
async def test_whatever_is_unusual_is_refused_as_ever(raw: bytes) -> None:
    """One by one, by whoever knows what there is to it."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    told = len(entrance.lines("http.access"))
    answer = await entrance.ask(raw)

    assert answer.status == 503
    assert len(entrance.lines("http.access")) == told + 1


async def test_requests_in_a_row_are_answered_in_a_row() -> None:
    """Also if all of them come at once."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    protocol, line = entrance.connect()
    raws = [asked(X_Request_ID=f"r{number}") for number in range(4)]
    protocol.data_received(b"".join(raws))
    await rounds()
    ids = re.findall(rb"x-request-id: (\S+)", line.said)
    statuses = re.findall(rb"HTTP/1.1 (\d+)", line.said)

    assert ids == [b"r0", b"r1", b"r2", b"r3"]
    assert statuses == [b"503"] * 4


async def test_what_is_wrong_after_a_refusal_is_told_after_it() -> None:
    """And nothing else is read."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    protocol, line = entrance.connect()
    protocol.data_received(asked() + b"nonsense\r\n\r\n")
    await rounds()

    assert re.findall(rb"HTTP/1.1 (\d+)", line.said) == [b"503", b"400"]
    assert line.ended_at is not None


async def test_a_connection_goes_on_after_it() -> None:
    """Who is refused may ask again; who does not is not waited for."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    protocol, line = entrance.connect()
    for _ in range(3):
        protocol.data_received(asked())
        await rounds()
    entrance.ends.set()
    await rounds()
    protocol.data_received(asked())
    await rounds()
    is_open = not line.is_closing()
    await SystemClock().sleep(11)

    statuses = re.findall(rb"HTTP/1.1 (\d+)", line.said)
    assert statuses == [b"503", b"503", b"503", b"204"]
    assert is_open
    assert line.is_closing()


async def test_who_stops_says_first_what_is_to_be_said() -> None:
    """A refusal that waits for others is not lost with its connection."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    protocol, line = entrance.connect()
    protocol.data_received(asked())
    protocol.shutdown()

    assert Answer(line.said).status == 503
    assert line.is_closing()


async def test_it_is_over_when_it_is_over() -> None:
    """Two seconds later each is told of by itself again."""
    entrance = Entrance()
    await entrance.fill()
    await entrance.flood()
    await SystemClock().sleep(3)
    told = len(entrance.lines("http.access"))
    answer = await entrance.ask(asked())

    assert answer.status == 503
    assert len(entrance.lines("http.access")) == told + 1
