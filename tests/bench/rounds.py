"""Measure cases: targets in turn, round by round, so that all drift alike."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import uvloop

from tests.bench.cases.base import Case, Stage
from tests.bench.load.closed import Size
from tests.bench.load.outcome import WrongAnswer
from tests.bench.results import Row
from tests.bench.targets import Target, running
from tests.bench.upstream.serving import Upstream

__all__ = ["Effort", "Tell", "in_turn", "measured"]

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How many rounds, and how much each of them is at most."""

    rounds: int
    size: Size


def measured(
    case: Case,
    targets: Iterable[Target],
    upstream: Upstream,
    effort: Effort,
    tell: Tell,
) -> list[Row]:
    """Measure a case; what a target cannot do is told and left out."""
    graph = upstream.stub if case.stub else upstream.static
    stages = []
    with ExitStack() as end:
        for target in targets:
            try:
                it = end.enter_context(running(target, graph))
                stage = Stage(it=it, upstream=upstream, size=effort.size)
                upstream.weather()
                uvloop.run(case.prepare(stage))
                stages.append(stage)
            except (WrongAnswer, RuntimeError, OSError) as e:
                tell(f"{case.name}: {target.name} is left out: {e}")
        return in_turn(case, stages, effort.rounds, tell)


def in_turn(
    case: Case, stages: Sequence[Stage], rounds: int, tell: Tell
) -> list[Row]:
    """Measure targets that serve; rounds that went wrong do not count."""
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
