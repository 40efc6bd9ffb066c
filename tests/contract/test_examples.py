"""The examples of the API document are real, complete and current."""

from typing import Any

import pytest

from tests.examples.files import FOLDER, files
from tests.examples.table import ROWS
from tests.examples.taking import Operation, operations_of, take
from tests.support.contract import Contract
from tests.support.document import generated

CONTRACT = Contract(generated())
OPERATIONS = operations_of(generated())
TAGS = sorted({operation.tag for operation in OPERATIONS.values()})
HINT = "run make openapi; rows are in tests/examples"


def success_of(operation: Operation) -> dict[str, Any]:
    responses = operation.described["responses"]
    found: dict[str, Any] = responses[min(responses, key=int)]
    return found


def test_each_operation_has_a_row() -> None:
    """Nothing in the document is without an example, and nothing is over."""
    assert set(ROWS) == set(OPERATIONS), HINT


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_has_examples(name: str) -> None:
    """Of the answer, the body and what the path needs, as schemas want it."""
    operation = OPERATIONS[name]
    body = operation.described.get("requestBody", {}).get("content", {})
    answer = success_of(operation).get("content", {})

    for content in (body, answer):
        shown = [c for c in content.values() if "example" in c]
        assert bool(shown) == bool(content), HINT
        for described in shown:
            CONTRACT.validate(described["schema"], described["example"])
    for parameter in operation.described.get("parameters", ()):
        if parameter.get("in") == "path":
            assert "example" in parameter, HINT
        if "example" in parameter:
            CONTRACT.validate(parameter["schema"], parameter["example"])


@pytest.mark.parametrize("tag", TAGS)
def test_the_examples_are_current(tag: str) -> None:
    """The sandbox gives the same answers again."""
    names = [n for n, operation in OPERATIONS.items() if operation.tag == tag]
    again = files(take(names, ROWS))

    assert again == {
        f"{tag}.json": (FOLDER / f"{tag}.json").read_text(encoding="utf-8")
    }, HINT
