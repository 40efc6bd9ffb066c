"""``python -m tests.bench``: measure what a request costs."""

import argparse
import sys

from tests.bench import cores
from tests.bench.cases import CASES
from tests.bench.cases.base import Case
from tests.bench.load.closed import Size
from tests.bench.rounds import Effort, measured
from tests.bench.targets import Target, service, telemetry
from tests.bench.upstream.serving import upstream

_SIZE = Size(count=1_500, seconds=1.0)


def main() -> int:
    """Measure, print a table and write what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", default="", help="cases: list,cached")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    only = set(filter(None, options.only.split(",")))
    if unknown := only - {case.name for case in CASES}:
        parser.error(f"no such case: {', '.join(unknown)}")
    cores.pin(cores.LOAD)
    with upstream() as graph:
        for case in CASES:
            if only and case.name not in only:
                continue
            rows = measured(
                case,
                _targets(case, graph.stub),
                graph,
                Effort(rounds=options.rounds, size=_SIZE),
                _tell,
            )
            for row in rows:
                _tell(
                    f"{row.case:<14} {row.target:<18} {row.metric:<12}"
                    f"{row.median:>10,.0f}"
                    f"  ({min(row.values):,.0f}..{max(row.values):,.0f})"
                )
    return 0


def _targets(case: Case, collector: str) -> list[Target]:
    """Return those who can do a case: the service with and without."""
    observed = service("service", {**telemetry(collector), **case.settings})
    plain = service("without telemetry", case.settings)
    return [observed, plain] if case.plain else [observed]


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
