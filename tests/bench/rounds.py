"""Measure cases: targets in turn, round by round, so that all drift alike."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import uvloop

from tests.bench.cases.base import Case, Stage
from tests.bench.load.closed import Size
from tests.bench.load.outcome import WrongAnswer
from tests.bench.targets import Target, running
from tests.bench.upstream.serving import Upstream

__all__ = ["Effort", "Row", "measured"]


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How many rounds, and how much each of them is at most."""

    rounds: int
    size: Size


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one target has shown in one case, in all rounds."""

    case: str
    target: str
    metric: str
    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle of all rounds."""
        return statistics.median(self.values)


def measured(
    case: Case,
    targets: Iterable[Target],
    upstream: Upstream,
    effort: Effort,
    tell: Callable[[str], None],
) -> list[Row]:
    """Measure a case; what a target cannot do is told and left out."""
    with ExitStack() as end:
        stages = [
            Stage(
                it=end.enter_context(
                    running(
                        target,
                        upstream.stub if case.stub else upstream.static,
                    )
                ),
                upstream=upstream,
                size=effort.size,
            )
            for target in targets
        ]
        able = [stage for stage in stages if _prepared(case, stage, tell)]
        return _rounds(case, able, effort.rounds, tell)


def _prepared(case: Case, stage: Stage, tell: Callable[[str], None]) -> bool:
    stage.upstream.weather()
    try:
        uvloop.run(case.prepare(stage))
    except (WrongAnswer, OSError) as e:
        tell(f"{case.name}: {stage.it.target.name} left out: {e}")
        return False
    return True


def _rounds(
    case: Case,
    stages: Sequence[Stage],
    rounds: int,
    tell: Callable[[str], None],
) -> list[Row]:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(rounds):
        for stage in stages:
            name = stage.it.target.name
            try:
                shown = uvloop.run(case.measure(stage))
            except (WrongAnswer, OSError) as e:
                tell(f"{case.name}: a round of {name} does not count: {e}")
                continue
            for metric, value in shown.items():
                found[name, metric].append(value)
    return [
        Row(case=case.name, target=target, metric=metric, values=values)
        for (target, metric), values in found.items()
    ]
