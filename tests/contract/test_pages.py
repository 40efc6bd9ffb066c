"""Pages that tell figures tell those of the code."""

import re
from pathlib import Path

from app.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "resilience.md"
_ROW = re.compile(r"\| ([\d.]+)(?: s)? \| `EXCHANGE_(\w+)` \|")


def test_the_figures_of_the_chain_are_the_defaults() -> None:
    """Each row of the table, and each default of a protecting group."""
    told = {name: float(figure) for figure, name in _ROW.findall(_text())}
    groups = ("BREAKER", "BUDGET", "CACHE", "LIMITS", "POOL", "QUOTA")
    defaults = {
        f"{group}__{name.upper()}": value
        for group in (*groups, "RETRY", "TIMEOUTS")
        for name, value in Settings.model_fields[group.lower()]
        .default.model_dump()
        .items()
        if name not in {"max_bytes", "mode"}
    }

    assert told == defaults


def test_the_diagram_tells_the_same_figures() -> None:
    """What stands in the drawing stands in the table."""
    drawing = _text().split("```")[1]
    figures = {figure for figure, _ in _ROW.findall(_text())}

    for figure in ("1000", "10000", "256", "86400", "300", "0.5"):
        assert figure in figures
        assert figure in drawing


def _text() -> str:
    return PAGE.read_text(encoding="utf-8")
