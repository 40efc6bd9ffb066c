"""``python -m tests.bench``: measure what a request costs."""

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench.budgets import BUDGETS, CI, Budget
from tests.bench.cases import CASES
from tests.bench.cases.base import Case
from tests.bench.load.closed import Size
from tests.bench.report import BEFORE, NOW, report
from tests.bench.results import Results
from tests.bench.rounds import Effort
from tests.bench.runs import Plan, run, tree_of
from tests.bench.targets import ROOT

_SECOND = Size(count=20_000, seconds=1.0)
_SHORT = Size(count=10_000, seconds=0.5)
_ALL = frozenset(name for case in CASES for name in case.beside)
_LIGHT = frozenset({"FastAPI + httpx"})


def main() -> int:
    """Do what is asked; CI is told by the status what is far too slow."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, does in (
        ("run", "measure the service beside its peers"),
        ("compare", "measure the service beside another revision of it"),
    ):
        action = actions.add_parser(name, help=does)
        action.add_argument("--only", type=_cases, default=CASES)
        action.add_argument("--rounds", type=int, default=5)
        action.add_argument("--json", type=Path, required=True)
    action.add_argument("base", help="a revision")
    actions.add_parser("ci", help="fail if it is far too slow")
    shown = actions.add_parser("report", help="show what was measured")
    shown.add_argument("json", type=Path)
    # Told to stop, it still ends all that it has started. (In a loop this is
    # done by `until_told`.)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    return _do(parser.parse_args())


def _do(options: argparse.Namespace) -> int:
    if options.action == "report":
        _show(Results.read(options.json), BUDGETS)
        return 0
    if options.action == "ci":
        return _ci()
    trees = {NOW: ROOT}
    with ExitStack() as end:
        if options.action == "compare":
            trees[BEFORE] = end.enter_context(tree_of(options.base))
        results = run(
            Plan(
                cases=options.only,
                trees=trees,
                beside=_ALL,
                effort=Effort(rounds=options.rounds, size=_SECOND),
            )
        )
    results.write(options.json)
    _show(results, BUDGETS)
    return 0


def _ci() -> int:
    """Measure some of it shortly; 1 if a ratio is far outside its bounds."""
    wanted = {name for budget in CI for name in (budget.case, budget.over)}
    results = run(
        Plan(
            cases=[case for case in CASES if case.name in wanted],
            trees={NOW: ROOT},
            beside=_LIGHT,
            effort=Effort(rounds=3, size=_SHORT),
        )
    )
    _show(results, CI)
    found = [(budget, budget.measured(results, NOW)) for budget in CI]
    is_well = all(
        shown and budget.verdict(shown.median) != "no"
        for budget, shown in found
    )
    return 0 if is_well else 1


def _cases(text: str) -> Sequence[Case]:
    """Return the cases of these names, all if there is none."""
    known = {case.name: case for case in CASES}
    wanted = [name for name in text.split(",") if name]
    for name in wanted:
        if name not in known:
            raise argparse.ArgumentTypeError(f"cases: {', '.join(known)}")
    return [known[name] for name in wanted] or CASES


def _show(results: Results, budgets: Sequence[Budget]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in report(results, budgets))


if __name__ == "__main__":
    sys.exit(main())
