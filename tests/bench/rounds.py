"""Measure cases: targets in turn, round by round, so that all drift alike."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench.cases.base import Case, Stage
from tests.bench.load.closed import Size
from tests.bench.load.outcome import WrongAnswer
from tests.bench.load.until_told import until_told
from tests.bench.results import Row
from tests.bench.targets import Target, running
from tests.bench.upstream.serving import Upstream

__all__ = ["Effort", "Tell", "in_turn", "measured"]

Tell = Callable[[str], None]

_TRIES = 3


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
                upstream.weather()
                it = end.enter_context(running(target, graph))
                stage = Stage(it=it, upstream=upstream, size=effort.size)
                until_told(case.prepare(stage))
                stages.append(stage)
            except (WrongAnswer, RuntimeError, OSError) as e:
                tell(f"{case.name}: {target.name} is left out: {e}")
        return in_turn(case, stages, effort.rounds, tell)


def in_turn(
    case: Case, stages: Sequence[Stage], rounds: int, tell: Tell
) -> list[Row]:
    """Measure targets that serve, all of them as often.

    A round that went wrong is told and done again; a target of which one
    goes wrong again and again is left out.
    """
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    serving = list(stages)
    for _ in range(rounds):
        for stage in tuple(serving):
            name = stage.it.target.name
            shown = _round(case, stage, tell)
            if shown is None:
                tell(f"{case.name}: {name} is left out")
                serving.remove(stage)
                continue
            for metric, value in shown.items():
                found[name, metric].append(value)
    return [
        Row(case=case.name, target=target, metric=metric, values=values)
        for (target, metric), values in found.items()
        if len(values) == rounds
    ]


def _round(case: Case, stage: Stage, tell: Tell) -> dict[str, float] | None:
    for _ in range(_TRIES):
        try:
            return until_told(case.measure(stage))
        except (WrongAnswer, OSError) as e:
            name = stage.it.target.name
            tell(f"{case.name}: a round of {name} does not count: {e}")
    return None
