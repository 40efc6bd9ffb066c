"""Everything that is measured."""

from tests.bench.cases.base import Case
from tests.bench.cases.growth import Grown, many_tenants
from tests.bench.cases.pressure import AddedTime, Leaving, Overload, Slow
from tests.bench.cases.reading import (
    Cached,
    Crowd,
    FromGraph,
    NeverSeen,
    NotModified,
    OneMessage,
)
from tests.bench.cases.refused import (
    CircuitOpen,
    GateClosed,
    OverQuota,
    Shed,
    Stale,
)
from tests.bench.cases.sending import Send
from tests.bench.cases.starting import Start

__all__ = ["CASES"]

# What shows how fast the machine is at the moment.
_PACE = ("FastAPI, bytes",)
_PEERS = ("FastAPI + httpx", "FastAPI + O365", "FastAPI + msgraph-sdk")
_LONG_BREAK = {
    "EXCHANGE_BREAKER__OPEN_FOR": "300",
    "EXCHANGE_RETRY__ATTEMPTS": "1",
}
_NOTHING_FRESH = {
    "EXCHANGE_CACHE__FRESH": "0",
    "EXCHANGE_CACHE__REVALIDATE": "0",
}
_NONE_TO_SPARE = {
    "EXCHANGE_LIMITS__MAILBOX_CONCURRENCY": "64",
    "EXCHANGE_LIMITS__TENANT_CONCURRENCY": "64",
    "EXCHANGE_POOL__CONNECTIONS": "64",
}
_EIGHT_AT_A_TIME = {
    "EXCHANGE_LIMITS__MAILBOX_CONCURRENCY": "8",
    "EXCHANGE_LIMITS__QUEUE": "64",
}
_ROOM_FOR_ONE = {
    "EXCHANGE_LIMITS__REQUESTS_IN_FLIGHT": "1",
}
# The budgets of what does not go to Graph are for metrics alone.
_METRICS = {"OTEL_TRACES_EXPORTER": "none"}

CASES: tuple[Case, ...] = (
    FromGraph(
        name="list",
        about="25 messages from Graph, 8 connections",
        beside=(*_PEERS, "nginx proxy_pass"),
        plain=True,
    ),
    Crowd(
        name="list-64",
        about="25 messages from Graph, 64 connections",
        connections=64,
        beside=(*_PEERS, "nginx proxy_pass"),
    ),
    FromGraph(
        name="list-256",
        about="25 messages from Graph, 256 connections",
        connections=256,
        settings={"EXCHANGE_LIMITS__QUEUE": "1000"},
    ),
    NeverSeen(
        name="list-new",
        about="25 messages from Graph, of a mailbox never seen",
    ),
    OneMessage(
        name="message",
        about="one message from Graph",
        beside=(*_PEERS, "nginx proxy_pass"),
    ),
    Cached(
        name="cached",
        about="the list, kept and fresh",
        settings=_METRICS,
        beside=("nginx proxy_cache", *_PACE),
    ),
    NotModified(
        name="not-modified",
        about="304 on If-None-Match",
        settings=_METRICS,
    ),
    Stale(
        name="stale",
        about="the list, kept and stale, during an outage",
        settings={**_METRICS, **_LONG_BREAK, **_NOTHING_FRESH},
        stub=True,
        beside=_PACE,
    ),
    CircuitOpen(
        name="circuit-open",
        about="refusal while the breaker is open",
        settings={**_METRICS, **_LONG_BREAK},
        stub=True,
        beside=_PACE,
    ),
    GateClosed(
        name="gate-closed",
        about="refusal while Graph's Retry-After runs",
        settings=_METRICS,
        stub=True,
        beside=_PACE,
    ),
    OverQuota(
        name="quota",
        about="refusal of a caller beyond its quota",
        settings={**_METRICS, "EXCHANGE_QUOTA__REQUESTS": "1"},
        beside=_PACE,
    ),
    Shed(
        name="shed",
        about="refusal while there is no room",
        settings={**_METRICS, **_ROOM_FOR_ONE},
        stub=True,
    ),
    Send(name="send", about="a message written and sent", stub=True),
    Slow(
        name="slow",
        about="25 messages from a Graph that takes 50 ms, 64 connections",
        connections=64,
        stub=True,
    ),
    Overload(
        name="overload",
        about="goodput at 5 times what Graph allows ÷ at what it allows",
        connections=64,
        settings=_EIGHT_AT_A_TIME,
        stub=True,
    ),
    Overload(
        name="overload-cpu",
        about="goodput at 5 times what the core can do ÷ at what it can",
        connections=64,
        settings={"EXCHANGE_LIMITS__QUEUE": "1000"},
    ),
    Leaving(
        name="leaving",
        about="capacity after half of the callers have left ÷ before",
        connections=64,
        settings=_NONE_TO_SPARE,
        stub=True,
    ),
    AddedTime(
        name="added-time",
        about="longer than asking the upstream, at half load",
    ),
    Grown(
        name="seen-10000",
        about="25 messages from Graph, 10,000 mailboxes seen",
        seen=10_000,
    ),
    Grown(
        name="seen-100000",
        about="25 messages from Graph, 100,000 mailboxes seen",
        seen=100_000,
    ),
    Grown(
        name="tenants-100",
        about="25 messages from Graph, 1,000 mailboxes of 100 tenants seen",
        seen=1_000,
        tenants=100,
        settings=many_tenants(100),
    ),
    Start(
        name="start", about="from nothing to the first answer", beside=_PEERS
    ),
)
