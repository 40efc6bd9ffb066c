"""No text makes a regular expression take for ever."""

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import app

LENGTH = 10_000
# What a search at every place would take a thousand times as long for.
PATIENCE = 20
# They read nothing but files and templates of this project.
OUR_OWN = {
    ("app.routers.instrumentation", "_PARAMETER"),
    ("app.routers.runbooks", "_COMMENT"),
}
SINGLE = "aA0 \t\n-_.,:;=/\\<\"'@&\xe9"
WAYS = ("findall", "finditer", "fullmatch", "match", "search", "sub")


def compiled() -> Iterator[tuple[str, str, "re.Pattern[Any]", set[str]]]:
    """Yield each pattern of the service and the ways it is used."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.startswith(("app.ledger.migrations", "app.sandbox")):
            continue
        if module.name.endswith("__main__"):
            continue
        loaded = importlib.import_module(module.name)
        tree = ast.parse(Path(str(loaded.__file__)).read_text("utf-8"))
        for name, value in vars(loaded).items():
            if isinstance(value, re.Pattern):
                ways = {
                    node.attr
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Name)
                    and node.value.id == name
                    and node.attr in WAYS
                }
                yield module.name, name, value, ways


PATTERNS = [
    pytest.param(pattern, ways, id=f"{module}:{name}")
    for module, name, pattern, ways in compiled()
    if (module, name) not in OUR_OWN
]


@contextmanager
def patience() -> Iterator[None]:
    """Break off what would take for ever; patterns look for signals."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError("a pattern takes for ever")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def temptations(pattern: str) -> Iterator[str]:
    """Yield what is repeated of what a pattern looks for, and never ends."""
    runs = re.findall(r"[A-Za-z/<!:='\"-]{2,}", pattern)
    for begin in ("", *runs):
        for part in (*SINGLE, *runs):
            yield begin + part * (LENGTH // len(part)) + "\x00"


def tried(pattern: "re.Pattern[Any]", way: str, text: str) -> None:
    given = text.encode("latin-1") if _is_of_bytes(pattern) else text
    if way == "sub":
        pattern.sub(given[:0], given)
    elif way in {"findall", "finditer"}:
        pattern.findall(given)
    else:
        getattr(pattern, way)(given)


def _is_of_bytes(pattern: "re.Pattern[Any]") -> bool:
    return isinstance(pattern.pattern, bytes)


@pytest.mark.attack(
    "Long texts that make regular expressions backtrack",
    "Every pattern gives up at once",
)
@pytest.mark.parametrize(("pattern", "ways"), PATTERNS)
def test_patterns_do_not_backtrack(
    pattern: "re.Pattern[Any]", ways: set[str]
) -> None:
    """What looks like a match for long is soon known to be none."""
    source = pattern.pattern
    if isinstance(source, bytes):
        source = source.decode("latin-1")
    with patience():
        for text in temptations(source):
            for way in ways or {"fullmatch"}:
                tried(pattern, way, text)


def test_all_patterns_are_tried() -> None:
    """There are as many as the service is known to have, or more."""
    assert len(PATTERNS) > 60
