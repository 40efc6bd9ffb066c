"""A little Markdown."""

from collections.abc import Iterable

__all__ = ["coded", "table"]


def coded(names: Iterable[str]) -> str:
    """Return names as code, in a row."""
    return ", ".join(f"`{name}`" for name in names)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; what its cells hold may contain any character."""
    heads = tuple(heads)
    return "".join(map(_row, [heads, ("---",) * len(heads), *rows]))


def _row(cells: Iterable[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |\n"
