"""Cases L about time: pauses that are kept, clocks that jump, a long day."""

import ast
import asyncio
import gc
import random
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import app
from app.gateway.operations.mail import LIST_MESSAGES
from app.problems.errors import ExchangeError
from tests.support.clocks import JumpingClock
from tests.support.gateway import READ, Gateway, gateway
from tests.support.metering import Metering
from tests.support.scripted import Answer, Heard, ScriptedGraph

pytestmark = pytest.mark.anyio

MAILBOXES = [f"m{number}@contoso.example" for number in range(500)]


class Moody:
    """Now and then throttles, fails or is slow, by a seed."""

    def __init__(self, seed: int, refusals: float = 0.02) -> None:
        self._chance = random.Random(seed)
        self._refusals = refusals

    def __call__(self, _heard: Heard) -> Answer:
        after = self._chance.uniform(0.02, 0.2)
        draw = self._chance.random()
        if draw < self._refusals:
            status = self._chance.choice([429, 503])
            pause = str(self._chance.choice([1, 2, 5, 30]))
            headers = {"Retry-After": pause}
            return Answer(
                status=status, body=b"", headers=headers, after=after
            )
        if draw < self._refusals * 2:
            return Answer(status=500, body=b"", after=after)
        return Answer(body=b'{"value": []}', after=after)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_t156_no_call_is_begun_inside_a_pause(
    tmp_path: Path, seed: int
) -> None:
    """Eight mailboxes asked by 300 callers, each often throttled: 0 early."""
    random.seed(seed)
    graph = ScriptedGraph(otherwise=Moody(seed, refusals=0.1))
    async with gateway(
        tmp_path, graph, budget={"ratio": 1.0, "reserve": 1000}
    ) as built:
        chance = random.Random(seed)

        async def caller(mailbox: str) -> None:
            for _ in range(5):
                await built.parts.clock.sleep(chance.uniform(0, 5))
                await asyncio.gather(
                    built.send(mailbox=mailbox), return_exceptions=True
                )

        await asyncio.gather(
            *(caller(MAILBOXES[number % 8]) for number in range(300))
        )

    assert graph.paused > 20
    assert len(graph.heard) > 200
    assert graph.early == 0


def test_t157_few_ask_for_the_date() -> None:
    """HTTP dates are read by it, and moments shown to people; no more.

    The parts of a batch have dates of their own.

    MSAL tells the date of a token's renewal, which is made seconds of at
    once. Deletes and answers to invitations in doubt are held against the
    time at which Graph changed the item, and left in doubt if clocks may
    differ. The overview tells what takes place from today on. Processes share
    the ledger, and no other clock: whose lease seems to be over is watched
    before anything is taken over, by a clock that does not jump. A secret
    expires at a date, and so do callers' keys and tokens. Health says when it
    was looked at.
    """
    users = {
        path.relative_to(Path(app.__file__).parent).as_posix()
        for path in Path(app.__file__).parent.rglob("*.py")
        if "sandbox" not in path.parts and _asks_for_the_date(path)
    }

    assert users == {
        "callers/api_keys.py",
        "callers/entra/authenticator.py",
        "gateway/failures.py",
        "gateway/policies/together.py",
        "ledger/request_rows.py",
        "ledger/sends.py",
        "services/calendar/acting.py",
        "services/health.py",
        "services/mail/bulk.py",
        "services/mail/messages.py",
        "services/mailbox/overview.py",
        "transport/delegated.py",
        "transport/entra.py",
        "transport/entra_http.py",
        "transport/graph.py",
        "wiring/gauges.py",
    }


@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.long
async def test_t157_jumps_of_the_date_change_nothing(
    tmp_path: Path, hours: int
) -> None:
    """Two hours of trouble, once with the date set again and again."""
    steady = await _trouble(tmp_path, timedelta())
    jumping = await _trouble(tmp_path, timedelta(hours=hours))

    assert len(steady) > 400
    assert jumping == steady


@pytest.mark.parametrize("hours", [-1, 0, 1])
async def test_t157_dates_of_graph_are_read_by_the_date(
    tmp_path: Path, hours: int
) -> None:
    """If the clock on the wall is off, so is the date that Graph names."""
    clock = JumpingClock()
    clock.ahead = timedelta(hours=hours)

    def in_ten_seconds(_heard: Heard) -> Answer:
        graph.otherwise = Answer()
        until = clock.wall() + timedelta(seconds=10)
        date = format_datetime(until, usegmt=True)
        return Answer(status=429, body=b"", headers={"Retry-After": date})

    graph = ScriptedGraph(otherwise=in_ten_seconds)
    async with gateway(tmp_path, graph, clock=clock) as built:
        await built.send()

    assert 10 <= graph.times[1] <= 11


@pytest.mark.long
async def test_t158_a_long_day(tmp_path: Path) -> None:
    """24 hours of mixed traffic: nothing grows, and counters only do."""
    metering = Metering()
    graph = ScriptedGraph(otherwise=Moody(158))
    chance = random.Random(158)
    counters: list[dict[Any, float]] = []
    objects: list[int] = []
    async with gateway(
        tmp_path,
        graph,
        telemetry=metering.telemetry,
        cache={"max_bytes": 50_000},
    ) as built:
        ends = built.parts.clock.now() + 86_400
        calls = 0
        while built.parts.clock.now() < ends:
            await built.parts.clock.sleep(chance.uniform(20, 50))
            await asyncio.gather(_some_call(built, chance))
            calls += 1
            graph.heard.clear()
            if calls % 200 == 0:
                counters.append(_counters(metering))
                gc.collect()
                objects.append(len(gc.get_objects()) + gc.get_freeze_count())
        sizes = _sizes(built)
        tasks = len(asyncio.all_tasks())
        stored = built.parts.store.bytes_used()

    assert calls > 2000
    assert graph.tokens > 20
    assert tasks <= 2
    assert sizes == {"circuits": 1, "budgets": 1, "gates": sizes["gates"]}
    assert sizes["gates"] <= len(MAILBOXES)
    assert stored <= 50_000
    # All mailboxes were met in the first hours; after that nothing is added.
    assert objects[-1] <= objects[len(objects) // 2] * 1.02
    for before, after in pairwise(counters):
        assert all(after[key] >= value for key, value in before.items())
    assert graph.open == graph.in_flight == 0


async def _trouble(data_dir: Path, jump: timedelta) -> list[object]:
    """Return all that happens in two hours of calls to a moody Graph."""
    random.seed(157)
    clock = JumpingClock()
    graph = ScriptedGraph(otherwise=Moody(157, refusals=0.15))
    chance = random.Random(157)
    told: list[object] = []
    async with gateway(data_dir, graph, clock=clock) as built:
        began = clock.now()
        while clock.now() < began + 7200:
            await clock.sleep(chance.uniform(1, 30))
            result = await asyncio.gather(
                _some_call(built, chance), return_exceptions=True
            )
            told.append((round(clock.now() - began, 6), result))
            clock.ahead = jump if not clock.ahead else timedelta()
    return [*told, *(round(time, 6) for time in graph.times)]


async def _some_call(built: Gateway, chance: random.Random) -> str:
    """Make a read, kept or not; return how it ended."""
    operation = chance.choice([READ, LIST_MESSAGES])
    try:
        await built.ask(operation, mailbox=chance.choice(MAILBOXES))
    except ExchangeError as error:
        return error.code
    return "ok"


def _counters(metering: Metering) -> dict[Any, float]:
    names = (
        *("exchange.calls", "exchange.graph.attempts"),
        *("exchange.graph.retries", "exchange.cache.requests"),
        *("exchange.token.refreshes", "exchange.call.duration"),
    )
    return {
        (name, *sorted(labels.items())): value
        for name in names
        for labels, value in metering.points(name)
    }


def _sizes(built: Gateway) -> dict[str, int]:
    parts = built.parts
    return {
        "circuits": len(parts.circuits),
        "budgets": len(parts.budgets),
        "gates": len(parts.gates),
    }


def _asks_for_the_date(path: Path) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "wall"
        for node in ast.walk(ast.parse(path.read_text()))
    )
