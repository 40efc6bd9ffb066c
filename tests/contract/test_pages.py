"""Pages that tell figures tell those of the code."""

import re
from pathlib import Path

from app.settings import Settings, effective

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_ROW = re.compile(r"\| ([\d.]+)(?: s)? \| `EXCHANGE_(\w+)` \|")


def test_the_figures_of_the_chain_are_the_defaults() -> None:
    """Each row of the table, and each default of a protecting group."""
    groups = ("BREAKER", "BUDGET", "CACHE", "LIMITS", "POOL", "QUOTA")

    assert _told("resilience") == _defaults(*groups, "RETRY", "TIMEOUTS")


def test_the_figures_of_sending_are_the_defaults() -> None:
    """Each row of the table, and each default of the ledger and outbox."""
    assert _told("sending") == _defaults("LEDGER", "OUTBOX")


def test_the_diagram_tells_the_same_figures() -> None:
    """What stands in the drawing stands in the table."""
    text = _text("resilience")
    drawing = text.split("```")[1]
    figures = {figure for figure, _ in _ROW.findall(text)}

    for figure in ("1000", "10000", "256", "86400", "300", "0.5"):
        assert figure in figures
        assert figure in drawing


def test_every_setting_that_a_page_names_exists() -> None:
    """Nobody is told at night to set what there is not."""
    known = {
        line.partition("=")[0]
        for line in effective(Settings.model_construct())
    }
    named = {
        name
        for page in [ROOT / "README.md", *DOCS.glob("**/*.md")]
        for name in re.findall(
            r"`(EXCHANGE_[A-Z_]*[A-Z])[`=]", page.read_text()
        )
    }

    assert named <= known


def _told(page: str) -> dict[str, float]:
    found = _ROW.findall(_text(page))
    return {name: float(figure) for figure, name in found}


def _defaults(*groups: str) -> dict[str, float]:
    return {
        f"{group}__{name.upper()}": value
        for group in groups
        for name, value in Settings.model_fields[group.lower()]
        .default.model_dump()
        .items()
        if name not in {"max_bytes", "mode"}
    }


def _text(page: str) -> str:
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")
