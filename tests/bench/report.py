"""Tables of what was found, in Markdown, which is legible as it is."""

from collections.abc import Iterator, Sequence

from tests.bench.budgets import Budget, Measured
from tests.bench.cases import CASES
from tests.bench.cases.base import CPU
from tests.bench.results import Results, Row

__all__ = ["BEFORE", "NOW", "budget_table", "report", "row_table"]

NOW = "service"
"""What the service of this working tree is called among targets."""
BEFORE = "before"
"""What another revision of it is called."""

_MET = {"goal": "goal", "must": "must", "no": "**no**"}
_SMALL = 10


def report(results: Results, budgets: Sequence[Budget]) -> Iterator[str]:
    """Yield the lines of both tables."""
    yield from budget_table(results, budgets)
    yield ""
    yield from row_table(results)
    yield ""
    for target, version in results.versions.items():
        yield f"{target}: {version}."
    yield (
        f"{results.when}, {results.machine}. Medians of {results.rounds}"
        " rounds, in which targets took turns, and the least and the most."
    )
    for note in results.notes:
        yield f"Note: {note}"


def budget_table(results: Results, budgets: Sequence[Budget]) -> Iterator[str]:
    """Yield a line for each budget: what was measured, and what it meets."""
    names = [name for name in (BEFORE, NOW) if name in results.versions]
    yield _line("budget", "must", "goal", *names, "met")
    yield _line("---", *["---:"] * (2 + len(names)), "---")
    for budget in budgets:
        found = {name: budget.measured(results, name) for name in names}
        if not any(found.values()):
            continue
        now = found[NOW]
        yield _line(
            budget.what,
            _number(budget.must),
            _number(budget.goal),
            *map(_spread, found.values()),
            _MET[budget.verdict(now.median)] if now else "",
        )


def row_table(results: Results) -> Iterator[str]:
    """Yield a line for each case and target, and its ratio to the service."""
    yield _line("case", "target", "what", "median", "least..most", "÷ service")
    yield _line("---", "---", "---", "---:", "---:", "---:")
    about = {case.name: case.about for case in CASES}
    for row in results.rows:
        base = results.find(row.case, NOW, row.metric)
        yield _line(
            about.get(row.case, row.case),
            row.target,
            row.metric,
            _number(row.median),
            f"{_number(min(row.values))}..{_number(max(row.values))}",
            _ratio(row, base),
        )


def _ratio(row: Row, base: Row | None) -> str:
    if base is None or base is row or row.metric != CPU:
        return ""
    return _number(row.median / base.median)


def _spread(found: Measured | None) -> str:
    if found is None:
        return ""
    span = f"{_number(found.least)}..{_number(found.most)}"
    return f"{_number(found.median)} ({span})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _SMALL else f"{value:.2f}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
