"""The board that people look at in a crisis, live."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress

import msgspec

from app import __version__
from app.clock import Interrupted
from app.models.status import Finding, Keeping, Process
from app.problems.failures import ServiceOverloaded
from app.problems.resources import TenantNotFound
from app.services.status.findings import find
from app.services.status.head import (
    TROUBLE,
    TROUBLED,
    head_of,
    past_trouble,
)
from app.services.status.rows import (
    callers_of,
    errors_of,
    gates_of,
    graph_of,
    hour_of,
    tenants_of,
)
from app.services.status.sights import Look, Sights

__all__ = ["StatusBoard", "Watch"]

_EVERY = 1.0
_FRESH = 0.5
_MOST_WATCHERS = 32
_COME_BACK = 5.0

Sections = Mapping[str, bytes]


class StatusBoard:
    """Tells what there is to see, in sections of JSON.

    One look around serves all who watch, and nobody looks while nobody
    watches. Nobody waits for anything outside the process.
    """

    def __init__(self, tenants: Sequence[str], sights: Sights) -> None:
        self._tenants = tenants
        self._sights = sights
        self.history = sights.history
        self._watchers = 0
        self._looked_at = float("-inf")
        self._seen: Sections = {}

    def watch(self, tenant: str | None = None) -> "Watch":
        """Let somebody in who watches; the charts are of one tenant or all.

        Raises:
            ServiceOverloaded: Too many watch already.
            TenantNotFound: There is no such tenant.
        """
        if tenant is not None and tenant not in self._tenants:
            raise TenantNotFound("There is no such tenant here.")
        if self._watchers >= _MOST_WATCHERS:
            raise ServiceOverloaded(
                f"No more than {_MOST_WATCHERS} can watch at a time.",
                retry_after=_COME_BACK,
            )
        self._watchers += 1
        return Watch(self, tenant, self._leave)

    async def sections(self, tenant: str | None) -> Sections:
        """Return all sections, not older than a second."""
        now = self._sights.clock.now()
        if now - self._looked_at >= _FRESH:
            self._seen = await self._look()
            self._looked_at = now
        return {**self._seen, "hour": self._hour(tenant)}

    async def next_second(self) -> bool:
        """Wait for the next second; False if the process stops instead."""
        with suppress(Interrupted):
            with self._sights.stopping.interruptible():
                await self._sights.clock.sleep(_EVERY)
            return True
        return False

    def _leave(self) -> None:
        self._watchers -= 1

    async def _look(self) -> Sections:
        sights, meters = self._sights, self._sights.meters
        for tenant in self._tenants:
            sights.probe(tenant)
        look = Look(sights, self._tenants, list(await meters.gates()))
        findings = find(look.facts)
        self._remember(findings)
        past = past_trouble(look.hours, look.now)
        last = sights.vitals.last_success
        keeping: Keeping = {
            "cache": meters.cache(),
            "outbox": dict(look.facts.outbox),
            "due": round(look.facts.due),
            "is_ledger_lost": look.facts.is_ledger_lost,
        }
        process: Process = {
            "version": __version__,
            "began": round(self.history.began),
            "tasks": len(asyncio.all_tasks()),
            "connections": meters.connections(),
            "watchers": self._watchers,
        }
        told = {
            "tenants": tenants_of(
                look, findings, {name: last(name) for name in self._tenants}
            ),
            "head": head_of(look.facts, findings, past),
            "graph": graph_of(look),
            "gates": gates_of(look),
            "callers": callers_of(meters.quotas()),
            "errors": errors_of(meters.errors()),
            "keeping": keeping,
            "process": process,
            "tick": {"now": round(look.now, 1)},
        }
        return {name: msgspec.json.encode(part) for name, part in told.items()}

    def _remember(self, findings: Sequence[Finding]) -> None:
        """See to it that what was told as trouble is not forgotten."""
        for finding in findings:
            if finding["level"] in TROUBLED:
                for tenant in finding["tenants"] or [""]:
                    self.history.hours.mark(tenant, TROUBLE)

    def _hour(self, tenant: str | None) -> bytes:
        asked, graph = self.history.hours, self._sights.vitals.hours
        row = hour_of(
            tenant,
            asked.of(tenant),
            graph.of(tenant),
            asked.present(),
            self.history.began,
        )
        return msgspec.json.encode(row)


class Watch:
    """One who watches, until `close`."""

    def __init__(
        self,
        board: StatusBoard,
        tenant: str | None,
        leave: Callable[[], None],
    ) -> None:
        self._board = board
        self._tenant = tenant
        self._leave = leave
        self._is_open = True

    async def __aiter__(self) -> AsyncIterator[Sections]:
        """Yield what has changed, every second, until the process stops."""
        told: Sections = {}
        goes_on = True
        while goes_on:
            seen = await self._board.sections(self._tenant)
            yield {n: part for n, part in seen.items() if told.get(n) != part}
            told = seen
            goes_on = await self._board.next_second()

    def close(self) -> None:
        """Make room for another; to do it again changes nothing."""
        if self._is_open:
            self._is_open = False
            self._leave()
