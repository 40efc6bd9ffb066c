"""Random calls of all principals at once, and what each of them saw."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx

from app.sandbox import Sandbox
from tests.security.isolation.asking import Asking, Knowledge, faults
from tests.security.isolation.people import ALL, CALLERS, Principal, everything
from tests.security.isolation.world import StampingNetwork, furnish
from tests.support.issuing import entra_settings
from tests.support.service import Service, started

__all__ = ["Played", "Send", "play"]

# Until nothing is fresh, and until nothing is good but as a stand-in.
_PAUSES = (*(0.0, 0.1, 1.0, 5.0) * 4, 31.0, 31.0, 400.0)
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
_GOOD_FOR = 1800.0
_QUOTA = {"requests": 1_000_000, "concurrency": 1_000}


Send = Callable[..., Awaitable[httpx.Response]]


def _as_it_is(send: Send) -> Send:
    return send


@dataclass(kw_only=True)
class Played:
    """What came of it.

    ``seen`` counts canaries of a principal's own in its answers, ``leaks``
    says what was found of others, ``wrong`` which answers should have been
    refusals. ``answers`` counts by kinds.
    """

    calls: int = 0
    seen: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Tell it in a line."""
        told = ", ".join(
            f"{n} {kind}" for kind, n in sorted(self.answers.items())
        )
        return (
            f"{self.calls} calls of {len(ALL)} principals in 2 tenants,"
            f" {len(everything())} canaries seen {self.seen} times, {told};"
            f" {len(self.leaks)} leaks"
        )


async def play(
    data_dir: Path,
    *,
    seed: int,
    calls: int,
    through: Callable[[Send], Send] = _as_it_is,
) -> Played:
    """Make so many calls, and then some while Graph is gone.

    ``through`` stands between callers and service.
    """
    sandbox, played = Sandbox(now=NOW), Played()
    await furnish(sandbox)
    settings = entra_settings(
        data_dir, callers=CALLERS, quota=_QUOTA, breaker={"mode": "observe"}
    )
    network = StampingNetwork(sandbox)
    async with started(settings, network) as service:
        stage = _Stage(service, played, seed, through)
        while played.calls < calls:
            await stage.round()
        network.down = True
        for _ in range(20):
            await stage.round()
        played.leaks += _told(service)
    played.leaks += _kept(data_dir)
    return played


class _Stage:
    def __init__(
        self,
        service: Service,
        played: Played,
        seed: int,
        through: Callable[[Send], Send],
    ) -> None:
        self._service = service
        self._played = played
        self._knowledge = Knowledge(seed)
        self._random = Random(seed)
        self._shown: dict[Principal, dict[str, str]] = {}
        self._shown_until = float("-inf")
        self._used: Counter[tuple[Principal, str, str]] = Counter()
        # Each answer is looked at here, whatever the document says.
        service.client.event_hooks = {}
        self._send = through(service.client.request)

    async def round(self) -> None:
        """Have some calls made at once, and look at their answers."""
        for fault in faults(self._random):
            self._service.sandbox.faults.add(fault)
        self._sign_in()
        asked = self._knowledge.round()
        await asyncio.gather(*map(self._ask, asked))
        self._service.sandbox.faults.clear()
        await self._service.clock.sleep(self._random.choice(_PAUSES))

    def _sign_in(self) -> None:
        """Have all callers show tokens that are good for a while."""
        sandbox, now = self._service.sandbox, self._service.clock.now()
        if now > self._shown_until:
            self._shown = {one: one.headers(sandbox) for one in ALL}
            self._shown_until = now + _GOOD_FOR

    async def _ask(self, asking: Asking) -> None:
        self._used[_key_of(asking)] += 1
        shown = self._shown[asking.principal]
        answer = await self._send(
            asking.method,
            asking.path,
            headers={"Prefer": "wait=5", **asking.headers, **shown},
            json=asking.body,
        )
        self._look(asking, answer)
        self._knowledge.learn(asking, answer)

    def _look(self, asking: Asking, answer: httpx.Response) -> None:
        played, principal = self._played, asking.principal
        played.calls += 1
        text = f"{answer.headers!r} {answer.text}"
        found = {canary for canary in everything() if canary in text}
        played.seen += len(found & principal.own)
        played.answers[_kind(answer)] += 1
        about = f"{principal.name}: {asking.method} {asking.path}"
        played.leaks += [
            f"{canary} told {about}" for canary in found - principal.own
        ]
        if why := self._is_wrong(asking, answer):
            played.wrong.append(f"{answer.status_code} {why}: {about}")

    def _is_wrong(self, asking: Asking, answer: httpx.Response) -> str | None:
        """Return why an answer should have been another."""
        principal, whose = asking.principal, asking.belongs_to
        is_good = answer.is_success or answer.status_code == 304
        if not asking.is_allowed:
            return "not allowed" if is_good else None
        if "cursor=" in asking.path and whose is not principal and is_good:
            return "a cursor of another"
        if "idempotent-replayed" in answer.headers:
            is_own = self._used[_key_of(asking)] > 1
            return None if is_own else "a key of another"
        return None


def _key_of(asking: Asking) -> tuple[Principal, str, str]:
    key = asking.headers.get("Idempotency-Key", "")
    return asking.principal, asking.path, key


def _kind(answer: httpx.Response) -> str:
    freshness = answer.headers.get("exchange-freshness")
    if freshness == "stale" or answer.status_code == 304:
        return freshness or "unchanged"
    if "idempotent-replayed" in answer.headers:
        return "replayed"
    if "hit" in answer.headers.get("cache-status", ""):
        return "kept"
    return (
        "refused"
        if answer.status_code in {401, 403}
        else ("done" if answer.is_success else "failed")
    )


def _told(service: Service) -> Iterator[str]:
    log = service.log.getvalue()
    for canary in everything():
        if canary in log:
            yield f"{canary} told the log"


def _kept(data_dir: Path) -> Iterator[str]:
    for path in data_dir.rglob("*"):
        with suppress(IsADirectoryError):
            content = path.read_bytes()
            for canary in everything():
                if canary.encode() in content:
                    yield f"{canary} kept in {path.name}"
