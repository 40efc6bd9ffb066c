"""Examples for the API document: what the sandbox answered.

The files beside this module are made by `make openapi`, from the rows in
``tests/examples``; do not edit them.
"""

from importlib.resources import files
from typing import Any

import msgspec

__all__ = ["Example", "examples"]


class Example(msgspec.Struct):
    """A request and its answer.

    Attributes:
        status: The status of the answer.
        parameters: What stood in the path and in the query, by name.
        request: The body that was sent.
        answer: The body that came; objects beyond the second of a list are
            left out.
    """

    status: str
    parameters: dict[str, Any] = {}
    request: Any = msgspec.UNSET
    answer: Any = msgspec.UNSET


_FILE = msgspec.json.Decoder(dict[str, Example])


def examples() -> dict[str, Example]:
    """Return all examples by operation id."""
    found: dict[str, Example] = {}
    for file in files(__name__).iterdir():
        if file.name.endswith(".json"):
            found |= _FILE.decode(file.read_bytes())
    return found
