"""Play one incident from the calm before it to the calm after it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.clock import SystemClock
from tests.documents.stage import variables
from tests.gameday.callers import Callers
from tests.gameday.hastened import hastened
from tests.gameday.incidents import Incident, Scene
from tests.support.documents import commands, run, unlike
from tests.support.postgres import PostgreSQL
from tests.support.process import Process, serving
from tests.support.prometheus import Prometheus, watching

__all__ = ["Outcome", "play"]

_ROOT = Path(__file__).parents[2]
_RULES = _ROOT / "deploy/alerts/exchange-api.rules.yaml"
# What documents hide from readers brings and ends trouble in tests of theirs.
# Here it is real, and ends otherwise.
_HIDDEN = re.compile(r"<!-- sandbox\n.*?^-->\n", re.DOTALL | re.MULTILINE)
_METRICS = {
    "OTEL_METRICS_EXPORTER": "prometheus",
    "OTEL_EXPORTER_PROMETHEUS_PORT": "0",
}
_TOKENS = {"tokens": {"expires_in": 20}}
_CALLERS = 6
_PAUSE = 0.1
_CALM = 8.0
_AFTERWARDS = 4.0
_NEARLY_ALL = 0.9
_LOOKS = 0.25
_PATIENCE = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an incident went; times in seconds.

    ``detected`` counts from when it began, ``well`` from when it was mended
    to when the runbook is satisfied and no alert is left. ``served`` are the
    shares of requests that were served before, in trouble and afterwards.
    """

    incident: Incident
    detected: float
    well: float
    also: list[str]
    served: tuple[float, float, float]

    @property
    def unexplained(self) -> list[str]:
        """The alerts that this incident was no reason for."""
        return [a for a in self.also if not self.incident.explains(a)]

    @property
    def is_served(self) -> bool:
        """Whether callers had what they asked for before, and have it now."""
        before, _, afterwards = self.served
        return min(before, afterwards) >= _NEARLY_ALL


async def play(
    incident: Incident, home: Path, database: PostgreSQL
) -> Outcome:
    """Play an incident.

    Raises:
        TimeoutError: The alert was not raised, or one was before or did not
            end, or the runbook did not help.
        AssertionError: A command of the runbook failed.
    """
    data_dir = home / "data"
    data_dir.mkdir()
    with (
        database.new_database() as url,
        serving(
            data_dir,
            EXCHANGE_DATABASE_URL=url,
            EXCHANGE_SECRET_KEYS='["a-key-for-the-game-day-and-nothing-else"]',
            **_METRICS,
            **incident.settings,
        ) as service,
    ):
        rules = hastened(_RULES.read_text(encoding="utf-8"))
        runbook = _Runbook(incident, variables(service, data_dir))
        async with (
            watching(service, home, rules) as prometheus,
            _scene(service, database) as scene,
        ):
            return await _played(incident, scene, prometheus, runbook)


@asynccontextmanager
async def _scene(
    service: Process, database: PostgreSQL
) -> AsyncIterator[Scene]:
    callers = Callers(service.url, SystemClock())
    control = f"{service.sandbox}/_sandbox"
    async with httpx.AsyncClient(base_url=control) as sandbox:
        answer = await sandbox.post("/settings", json=_TOKENS)
        answer.raise_for_status()
        async with callers.calling(_CALLERS, _PAUSE):
            yield Scene(sandbox=sandbox, callers=callers, database=database)


async def _played(
    incident: Incident,
    scene: Scene,
    prometheus: Prometheus,
    runbook: "_Runbook",
) -> Outcome:
    clock, callers = SystemClock(), scene.callers
    seen: set[str] = set()

    async def calm() -> bool:
        return not await _firing(prometheus)

    async def called() -> bool:
        seen.update(await _firing(prometheus))
        return incident.alert in seen

    async def over() -> bool:
        now = await _firing(prometheus)
        seen.update(now)
        return not now

    await clock.sleep(_CALM)
    await _until(calm, clock, "there was no calm before it")
    before, began = callers.share_served(), clock.now()
    async with incident.trouble(scene):
        await _until(called, clock, "the alert was not raised")
        detected = clock.now()
        await runbook.type("Check")
        during = callers.share_served()
    mended = clock.now()
    await runbook.type("Act")
    await _until(runbook.is_satisfied, clock, "the runbook did not help")
    await _until(over, clock, "an alert did not end")
    well = clock.now()
    callers.share_served()
    await clock.sleep(_AFTERWARDS)
    return Outcome(
        incident=incident,
        detected=detected - began,
        well=well - mended,
        also=sorted(seen - {incident.alert}),
        served=(before, during, callers.share_served()),
    )


async def _firing(prometheus: Prometheus) -> set[str]:
    firing = await prometheus.firing()
    return {name.removeprefix("ExchangeApi") for name in firing}


async def _until(
    holds: Callable[[], Awaitable[bool]], clock: SystemClock, otherwise: str
) -> None:
    latest = clock.now() + _PATIENCE
    while not await holds():
        if clock.now() > latest:
            raise TimeoutError(otherwise)
        await clock.sleep(_LOOKS)


class _Runbook:
    """The page for an alert, whose commands can be typed.

    Raises:
        AssertionError: There is nothing to be typed to look, or in the end.
    """

    def __init__(
        self, incident: Incident, variables: Mapping[str, str]
    ) -> None:
        page = _ROOT / f"docs/runbooks/{incident.runbook}.md"
        shown = _HIDDEN.sub("", page.read_text(encoding="utf-8"))
        self._commands = commands(shown)
        assert {"Check", "Verify"} <= {one.section for one in self._commands}
        self._variables = variables

    async def type(self, section: str) -> list[str]:
        """Type what a section says; return what did not come as written.

        Raises:
            AssertionError: A command failed.
        """
        typed = [one for one in self._commands if one.section == section]
        printed = await asyncio.to_thread(
            run, typed, self._variables, Path(self._variables["DATA"])
        )
        return [
            one.typed
            for one, said in zip(typed, printed, strict=True)
            if unlike(one, said)
        ]

    async def is_satisfied(self) -> bool:
        """Tell whether all is as it is to be in the end."""
        return not await self.type("Verify")
