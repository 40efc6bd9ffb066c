"""Write docs/attacks.md anew, or check it: ``python -m tests.attacks``."""

import argparse
import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MARKED = "pytest.mark.attack"
FEWEST = 60
HEAD = """\
# Attacks that were tried

Each of them is a test that CI runs; `{command}` writes this page
from what the tests say of themselves. [Security](security.md) tells what is
protected, and how.

{count} attacks:
"""


class Collector:
    """Notes down the attacks among the tests that pytest finds."""

    def __init__(self) -> None:
        self.found: dict[str, list[tuple[str, str]]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Look at all tests."""
        for item in items:
            for mark in item.iter_markers("attack"):
                file = item.path.relative_to(TESTS.parent).as_posix()
                row = (mark.args[0], mark.args[1])
                rows = self.found.setdefault(file, [])
                if row not in rows:
                    rows.append(row)


def collected() -> Mapping[str, list[tuple[str, str]]]:
    """Return what was tried and what came back, by the file of the test."""
    files = [
        str(path)
        for path in sorted(TESTS.rglob("test_*.py"))
        if MARKED in path.read_text()
    ]
    collector = Collector()
    with redirect_stdout(io.StringIO()):
        status = pytest.main(
            ["--collect-only", "-qq", "--no-header", *files],
            plugins=[collector],
        )
    if status is not pytest.ExitCode.OK:
        raise SystemExit(status)
    return collector.found


def page(found: Mapping[str, list[tuple[str, str]]]) -> str:
    """Return the page."""
    count = sum(map(len, found.values()))
    if count < FEWEST:
        raise SystemExit(f"{count} attacks, and there were {FEWEST} before")
    head = HEAD.format(command="make reference", count=count)
    return "\n".join([head, *_tables(found)]) + "\n"


def _tables(found: Mapping[str, list[tuple[str, str]]]) -> Iterator[str]:
    for file, rows in found.items():
        yield f"## {file}\n"
        yield "| tried | answered |\n|---|---|"
        for row in rows:
            tried, answered = (text.replace("|", "\\|") for text in row)
            yield f"| {tried} | {answered} |"
        yield ""


def main() -> int:
    """Print the page, or compare it with a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument("--check", type=Path, metavar="FILE")
    check = parser.parse_args().check
    text = page(collected())
    if check is None:
        sys.stdout.write(text)
    elif not check.exists() or check.read_text() != text:
        sys.stderr.write(f"{check} is out of date: make reference\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
