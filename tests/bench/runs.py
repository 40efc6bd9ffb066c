"""A run: all cases, each with the targets that it is about."""

import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import cores
from tests.bench.budgets import OFF
from tests.bench.cases.base import Case, Stage
from tests.bench.cases.reading import FromGraph
from tests.bench.peers.entries import floors, peers
from tests.bench.results import Results, Row
from tests.bench.rounds import Effort, in_turn, measured
from tests.bench.targets import (
    ROOT,
    Running,
    Target,
    service,
    telemetry,
)
from tests.bench.upstream.serving import Upstream, upstream

__all__ = ["Plan", "revision", "run", "tree_of"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is measured: cases, working trees by name, and who stands beside.

    ``beside`` are the names of peers that may take part.
    """

    cases: Sequence[Case]
    trees: Mapping[str, Path]
    beside: frozenset[str]
    effort: Effort


def run(plan: Plan) -> Results:
    """Measure all of it, case by case."""
    results = Results(
        when=f"{datetime.now(UTC):%Y-%m-%d}",  # noqa: TID251 - for people
        machine=_machine(),
        versions={name: revision(at) for name, at in plan.trees.items()},
        rounds=plan.effort.rounds,
    )
    cores.pin(cores.LOAD)
    with upstream() as graph:
        results.rows.extend(_of_upstream(graph, plan.effort))
        for case in plan.cases:
            _tell(case.about)
            targets = _targets(plan, case, graph)
            rows = measured(
                case, targets, graph, plan.effort, results.notes.append
            )
            results.rows.extend(rows)
    return results


def revision(tree: Path) -> str:
    """Return which commit a working tree is at, and whether it differs."""
    return _git("-C", str(tree), "describe", "--always", "--dirty")


@contextmanager
def tree_of(base: str) -> Iterator[Path]:
    """Check a revision out beside this working tree, for a while."""
    with TemporaryDirectory() as scratch:
        tree = f"{scratch}/base"
        _git("-C", str(ROOT), "worktree", "add", "--detach", tree, base)
        try:
            yield Path(tree)
        finally:
            _git("-C", str(ROOT), "worktree", "remove", "--force", tree)


def _targets(plan: Plan, case: Case, graph: Upstream) -> Iterator[Target]:
    observed = {**telemetry(graph.stub), **case.settings}
    for name, tree in plan.trees.items():
        yield service(name, observed, tree)
        if case.plain:
            yield service(f"{name}{OFF}", case.settings, tree)
    for target in chain(peers(), floors()):
        if target.name in plan.beside.intersection(case.beside):
            yield target


def _of_upstream(graph: Upstream, effort: Effort) -> list[Row]:
    """Measure what the upstream itself takes for a list."""
    target = Target(
        name=graph.kind,
        command=lambda _place: [],
        page="/v1.0/users/{mailbox}/messages",
    )
    it = Running(target=target, pid=graph.pid, port=graph.port, started=0.0)
    stage = Stage(it=it, upstream=graph, size=effort.size)
    case = FromGraph(name="upstream", about="the upstream alone")
    return in_turn(case, [stage], effort.rounds, _tell)


def _machine() -> str:
    version = platform.python_version()
    return f"{platform.machine()}, {cpu_count()} cores, Python {version}"


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607 - whichever git there is
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
