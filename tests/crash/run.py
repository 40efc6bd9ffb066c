"""One run: two services on one database, killed while many send."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from app.clock import SystemClock
from tests.crash.databases import Ledger
from tests.crash.killing import Killer, Plan
from tests.crash.mails import MAILBOXES
from tests.crash.nursery import Order, free_port, nursery, sandbox
from tests.crash.senders import Senders
from tests.crash.table import Evidence
from tests.crash.verdict import judged
from tests.crash.watching import Copy, Watch

__all__ = ["Wish", "run"]

_LATENCY = 0.02
_PATIENCE = 40.0
_SENDERS = 12
_MAILS_PER_KILL = 20
_FINISHED_IN = 90.0
_SETTLED_IN = 180.0
_LOOKS = 1.0
_PLACES = ("first", "second")
_COMPLAINTS = ("http.failed", "library")
# Two share what Graph lets one app do with one mailbox. Compressed: what
# hangs is given up early, and repeated soon.
_SHORT = {
    "EXCHANGE_LIMITS__MAILBOX_CONCURRENCY": "2",
    "EXCHANGE_TIMEOUTS__ATTEMPT": "2",
    "EXCHANGE_TIMEOUTS__TOTAL": "8",
    "EXCHANGE_OUTBOX__DOUBT": "2",
    "EXCHANGE_RETRY__BASE_DELAY": "0.1",
    "EXCHANGE_BREAKER__OPEN_FOR": "1",
    "EXCHANGE_BREAKER__MAX_OPEN_FOR": "2",
    "EXCHANGE_SECRET_KEYS": '["never-lost-never-twice-0123456789"]',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to play; ``seconds`` bound the part in which services die.

    With a ledger on a server each has a data directory of its own.
    """

    kills: int
    seed: int
    seconds: float
    ledger: Ledger


async def run(wish: Wish, data_dir: Path) -> Evidence:
    """Play a run, and return what is to be known of it."""
    async with _staged(wish, data_dir) as stage:
        return await stage.play()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """Who takes part."""

    wish: Wish
    clock: SystemClock
    orders: tuple[Order, ...]
    watch: Watch
    killer: Killer
    senders: Senders

    async def play(self) -> Evidence:
        began = self.clock.now()
        await self.watch.raise_storm(self.wish.seed)
        changing = asyncio.create_task(self.watch.change())
        sending = asyncio.create_task(self.senders.run(_SENDERS))
        places = zip(_PLACES, self.orders, strict=True)
        await self.killer.haunt_all(dict(places), self.wish.seconds)
        changing.cancel()
        self.senders.is_over = True
        struck = await self.watch.calm()
        complaints = [*self.killer.faults]
        await asyncio.wait({sending}, timeout=_FINISHED_IN)
        if not sending.done():
            complaints.append("there are clients without an answer")
            sending.cancel()
        else:
            await sending
        copies = await self._settled()
        return Evidence(
            messages=judged(self.senders.mails, copies),
            kills=self.killer.kills,
            struck=struck,
            drafts=[subject async for subject in self._drafts()],
            complaints=[*complaints, *self._logged()],
            seconds=self.clock.now() - began,
        )

    async def _settled(self) -> list[Copy]:
        """Wait until nothing is under way; return what is in Sent Items."""
        until = self.clock.now() + _SETTLED_IN
        await self.senders.look_at_all()
        # Nobody can ask after a message that is not known to be accepted.
        while (
            await self.wish.ledger.under_way() or await self.senders.pending()
        ) and self.clock.now() < until:
            await self.clock.sleep(_LOOKS)
        return await self._copies()

    async def _copies(self) -> list[Copy]:
        return [
            copy
            for _, mailbox in MAILBOXES
            for copy in await self.watch.sent(mailbox)
            if copy.subject.startswith("crash ")
        ]

    async def _drafts(self) -> AsyncIterator[str]:
        """Yield the subjects of what is left in Drafts."""
        for tenant, mailbox in MAILBOXES:
            async for subject in self.senders.drafts(tenant, mailbox):
                if subject.startswith("crash "):
                    yield subject

    def _logged(self) -> Iterator[str]:
        """Yield what the services logged of errors nobody thought of."""
        for order in self.orders:
            for line in Path(order.log).read_text().splitlines():
                if not line.startswith("{"):
                    if "Traceback" in line or "Error" in line:
                        yield line
                elif json.loads(line)["event"] in _COMPLAINTS:
                    yield line


@asynccontextmanager
async def _staged(wish: Wish, data_dir: Path) -> AsyncIterator[_Stage]:
    clock, dice = SystemClock(), Random(wish.seed)
    async with (
        sandbox(_LATENCY) as graph,
        nursery(graph, data_dir, **_SHORT) as born,
        httpx.AsyncClient(
            base_url=f"{graph}/_sandbox", timeout=_PATIENCE
        ) as control,
        httpx.AsyncClient(timeout=_PATIENCE) as client,
    ):
        ports = [free_port() for _ in _PLACES]
        watch = Watch(client=control, clock=clock)
        yield _Stage(
            wish=wish,
            clock=clock,
            orders=tuple(_orders(wish, data_dir, ports)),
            watch=watch,
            killer=Killer(
                nursery=born,
                plan=Plan(dice=Random(wish.seed), left=wish.kills),
                clock=clock,
                dice=dice,
            ),
            senders=Senders(
                client=client,
                urls=tuple(f"http://127.0.0.1:{port}" for port in ports),
                watch=watch,
                clock=clock,
                dice=dice,
                seed=wish.seed,
                most=wish.kills * _MAILS_PER_KILL,
            ),
        )


def _orders(wish: Wish, data_dir: Path, ports: list[int]) -> Iterator[Order]:
    for place, port in zip(_PLACES, ports, strict=True):
        variables = {"EXCHANGE_PORT": str(port)}
        if wish.ledger.url is not None:
            variables |= {
                "EXCHANGE_DATABASE_URL": wish.ledger.url,
                "EXCHANGE_DATA_DIR": str(data_dir / place),
            }
        yield Order(environment=variables, log=str(data_dir / f"{place}.log"))
