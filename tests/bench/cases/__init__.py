"""Everything that is measured."""

from tests.bench.cases.base import Case
from tests.bench.cases.reading import (
    Cached,
    FromGraph,
    NeverSeen,
    NotModified,
    OneMessage,
)

__all__ = ["CASES"]

CASES: tuple[Case, ...] = (
    FromGraph(
        name="list",
        about="25 messages from Graph, 8 connections",
        peers=True,
        plain=True,
    ),
    FromGraph(
        name="list-64",
        about="25 messages from Graph, 64 connections",
        connections=64,
        peers=True,
        plain=True,
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
    OneMessage(name="message", about="one message from Graph", peers=True),
    Cached(name="cached", about="the list, kept and fresh"),
    NotModified(name="not-modified", about="304 on If-None-Match"),
)
