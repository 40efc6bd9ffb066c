"""The surface of the API: complete, and each operation shown by a test."""

import ast
from pathlib import Path

import pytest

from tests.support.document import generated
from tests.support.surface import Row, rows

TESTS = Path(__file__).parents[1]
# Every list has them.
PAGING = {"limit", "cursor"}


def described() -> set[tuple[str, str, str, frozenset[str]]]:
    return {
        (
            method.upper(),
            path,
            operation["operationId"],
            frozenset(
                parameter["name"]
                for parameter in operation.get("parameters", ())
                if parameter.get("in") == "query"
            )
            - PAGING,
        )
        for path, methods in generated()["paths"].items()
        for method, operation in methods.items()
    }


def test_the_tables_are_the_document() -> None:
    """No operation and no parameter is missing, and none is over."""
    assert {row[:4] for row in rows()} == described()


@pytest.mark.parametrize("row", rows(), ids=[row.operation for row in rows()])
def test_each_operation_is_shown_by_a_test(row: Row) -> None:
    """The test is there; that it calls the operation, it is held to."""
    file, _, name = row.test.partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    found = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert name in found
