"""What passes at a glance would pass a real validator too."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.fitting import Fitting

TREE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "below": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
    },
    "required": ["name"],
    "additionalProperties": False,
}
SCHEMAS: list[dict[str, Any]] = [
    TREE,
    TREE | {"required": []},
    TREE | {"additionalProperties": {"type": "integer"}},
    TREE | {"minProperties": 2},
    {"$ref": "#/$defs/Tree"},
    {"type": "array", "items": {"type": "integer"}},
    {"type": "array", "items": {"type": "string"}, "minItems": 1},
    {"type": "array", "items": {"type": "boolean"}, "maxItems": 1},
    {"type": "array", "items": {"type": "null"}, "uniqueItems": True},
    {"type": "array"},
    {"type": "boolean"},
    {"type": "boolean", "const": True},
    {"type": "integer"},
    {"type": "integer", "enum": [0, 2]},
    {"type": "integer", "minimum": 1, "maximum": 2},
    {"type": "integer", "exclusiveMinimum": 1},
    {"type": "null"},
    {"type": "number"},
    {"type": "number", "minimum": 0.5},
    {"type": "number", "multipleOf": 2},
    {"type": "string"},
    {"type": "string", "minLength": 1},
    {"type": "string", "maxLength": 1},
    {"type": "string", "enum": ["a", "1"]},
    {"type": "string", "const": "a"},
    {"type": "string", "pattern": "^a*$"},
    {"type": "string", "format": "date", "title": "A day"},
    {"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}]},
    {"anyOf": [{"type": "null"}], "type": "string"},
    {"oneOf": [{"type": "string"}, {"type": "null"}]},
    {"const": 1},
    {"enum": ["a", 1, None]},
    {},
]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, 2, 3, -1, 0.5, 1.0, 1.5, 2.5),
    *("", "a", "aa", "ab", "1", "\n", "a\n"),
    *([], [None], [None, None], [1], [1, True], [True, False], ["a", "a"]),
    *([1.0], [[]], {}, {"name": "a"}, {"name": None}, {"more": 1}),
    *({"name": "a", "more": 1}, {"name": "a", "more": "a"}, {"below": []}),
    {"name": "a", "below": [{"name": "b", "below": []}]},
    {"name": "a", "below": [{"name": "b", "below": [{"name": 1}]}]},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=json.dumps)
def test_nothing_passes_that_should_not(schema: dict[str, Any]) -> None:
    """Each keyword, with values of all kinds, on both sides of each bound."""
    whole = schema | {"$defs": {"Tree": TREE}}
    real = Draft202012Validator(whole)
    fits = Fitting(whole).of(schema)

    passed = [value for value in VALUES if fits(value)]

    assert all(real.is_valid(value) for value in passed)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (TREE, {"name": "a", "below": [{"name": "b", "below": []}]}),
        ({"type": "array", "items": {"type": "null"}}, [None]),
        ({"type": "boolean"}, False),
        ({"type": "integer", "minimum": 1, "maximum": 1}, 1),
        ({"type": "number"}, 1),
        ({"type": "string", "enum": ["a"], "title": "A letter"}, "a"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
    ],
)
def test_what_fits_passes(schema: dict[str, Any], value: Any) -> None:
    """Otherwise nothing would be gained."""
    assert Fitting({"$defs": {"Tree": TREE}}).of(schema)(value)
