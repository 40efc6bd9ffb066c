"""Processes that share a ledger, and work that is to be done once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import SecretStr
from sqlalchemy import Connection

from app.clock import Deadline
from app.ledger.database import Database
from app.ledger.idempotency import IdempotencyLedger, TakeDown
from app.ledger.leases import reclaim
from app.ledger.request_records import Claim, KeyName, Request
from app.ledger.request_rows import RequestRows
from app.ledger.schema import requests
from app.models.answers import Answer
from app.problems.errors import ExchangeError, Outcome
from app.problems.ledger import LedgerUnavailable
from app.settings import ledger_url
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from tests.support.clocks import JumpingClock
from tests.support.ledger import SECRET, Place

__all__ = ["Process", "Work", "asked", "process"]

T = TypeVar("T")

_DAY = 86_400.0


def asked(key: str = "k", *, body: bytes = b"") -> Request:
    """Return a request with a key."""
    return Request(KeyName("contoso", "app", "anybody", key), "copy", body)


@dataclass
class Work:
    """Notes who began it, and ends as it is told.

    ``results`` are how the attempts end, in order; beyond them they succeed.
    None of them ends before ``may_end``, or notes before ``may_note``.
    """

    results: list[ExchangeError] = field(default_factory=list)
    notes: dict[str, Any] | None = None
    begun: list[Claim] = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    may_note: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_note.set()

    async def __call__(self, claim: Claim, take_down: TakeDown) -> Answer:
        self.begun.append(claim)
        number = len(self.begun)
        await self.may_note.wait()
        if self.notes is not None:
            await take_down(self.notes)
        await self.may_end.wait()
        if number <= len(self.results):
            raise self.results[number - 1]
        return Answer.of({"made": claim.marker}, created=str(number))

    @classmethod
    def quick(cls, *results: ExchangeError) -> "Work":
        """Return work that ends at once."""
        work = cls(results=list(results))
        work.may_end.set()
        return work


class _Database(Database):
    """May keep silent about what it has committed."""

    is_silent = False

    async def transaction(
        self, work: Callable[[Connection], T], *alone_about: bytes
    ) -> T:
        result = await super().transaction(work, *alone_about)
        if self.is_silent:
            raise LedgerUnavailable(outcome=Outcome.UNKNOWN)
        return result


@dataclass(kw_only=True)
class Process:
    """One of those that share a ledger."""

    name: str
    clock: JumpingClock
    database: "_Database"
    ledger: IdempotencyLedger

    async def once(
        self, request: Request, work: Work, *, within: float = 60.0
    ) -> Answer:
        """Have work done once."""
        deadline = Deadline(self.clock, within)
        return await self.ledger.once(request, deadline, work)

    def begin(
        self, request: Request, work: Work, *, within: float = 60.0
    ) -> "asyncio.Task[Answer]":
        """Have work begun."""
        return asyncio.create_task(self.once(request, work, within=within))

    def hide_commits(self, *, hidden: bool = True) -> None:
        """Let nobody know of what is committed whether it was."""
        self.database.is_silent = hidden

    async def die(self) -> None:
        """End as a process does that is killed: nothing more is done."""
        tasks = [r.task for r in self.ledger._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def process(
    place: Place, name: str, clock: JumpingClock, *, keep: float = _DAY
) -> AsyncIterator[Process]:
    """Start a process, which frees what one of its name has left."""
    telemetry = Telemetry(EventLog(place.log))
    given = SecretStr(place.url) if place.url else None
    database = _Database(
        ledger_url(given, str(place.file)),
        [SECRET],
        telemetry,
        first=reclaim([requests], name),
    )
    rows = RequestRows(database, name, clock, keep)
    ledger = IdempotencyLedger(rows, clock, telemetry)
    try:
        yield Process(name=name, clock=clock, database=database, ledger=ledger)
    finally:
        await ledger.aclose()
        await database.aclose()
