"""The surface of the API, as docs/surface.md has it."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["PAGE", "Row", "promised", "rows"]

PAGE = Path(__file__).parents[2] / "docs" / "surface.md"
_ROW = re.compile(
    r"\| (GET|POST|PUT|PATCH|DELETE) \| `(\S+)` \| (\w+) \| (.*?) \| (\S*) \|"
)


class Row(NamedTuple):
    """An operation, what it can be asked in the query, and who shows it."""

    method: str
    path: str
    operation: str
    parameters: frozenset[str]
    test: str


@cache
def rows() -> list[Row]:
    """Return all rows of the tables."""
    text = PAGE.read_text(encoding="utf-8")
    return [
        Row(method, path, operation, frozenset(asked.split()), test)
        for method, path, operation, asked, test in _ROW.findall(text)
    ]


def promised(test: str) -> set[str]:
    """Return the operations that a test is to show, by its node id."""
    return {row.operation for row in rows() if f"tests/{row.test}" == test}
