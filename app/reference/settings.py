"""The reference of all settings."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from app.reference.markdown import coded, table
from app.settings import Settings

__all__ = ["settings_reference"]

_INTRODUCTION = """\
# Settings

Settings are environment variables, read once at start. A name that is not
known, or a value that is not allowed, ends the start with a line that says
so; `python -m app settings` prints those in force, secrets masked. This page
is written from `app/settings/` by `make reference`. Where signals go is set
by [variables of OpenTelemetry](telemetry.md#where-it-goes).

Durations are decimal seconds, lists are JSON.
"""

_TENANT = """
## A tenant

Each tenant in `EXCHANGE_TENANTS` or `EXCHANGE_TENANTS_FILE` is an object with
these members.

"""

_HEADS = ("variable", "default", "takes", "for")
_PREFIX = "EXCHANGE_"
_TYPES = {
    "array": "list",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "number": "number",
    "password": "secret",
    "string": "text",
}
_BOUNDS = {
    "exclusiveMinimum": "above",
    "minimum": "at least",
    "maximum": "at most",
}

Schema = Mapping[str, Any]


def settings_reference() -> str:
    """Return ``docs/settings.md``."""
    schema = Settings.model_json_schema()
    kinds = schema["$defs"]
    groups = {
        name: kind
        for name, field in schema["properties"].items()
        if "properties" in (kind := _kind(field, kinds))
    }
    own = {
        name: field
        for name, field in schema["properties"].items()
        if name not in groups
    }
    parts = ["\n## In general\n\n", _table(_PREFIX, own, kinds)]
    for name, group in groups.items():
        title = name.capitalize()
        prefix = f"{_PREFIX}{name.upper()}__"
        parts.append(f"\n## {title}\n\n{group['description']}\n\n")
        parts.append(_table(prefix, group["properties"], kinds))
    members = kinds["TenantSettings"]["properties"]
    return "".join(
        [_INTRODUCTION, *parts, _TENANT, _table(None, members, kinds)]
    )


def _table(prefix: str | None, fields: Schema, kinds: Schema) -> str:
    """Return a row for each field; without a prefix, for a JSON member."""
    return table(
        _HEADS if prefix else ("member", *_HEADS[1:]),
        (
            (
                coded([f"{prefix}{name.upper()}" if prefix else name]),
                _default(field),
                _taken(_kind(field, kinds)),
                " ".join(field["description"].split()),
            )
            for name, field in fields.items()
        ),
    )


def _kind(field: Schema, kinds: Schema) -> Schema:
    """Return what a field takes when it is set."""
    [kind] = [
        option
        for option in field.get("anyOf", [field])
        if option.get("type") != "null"
    ]
    name: str = kind.get("$ref", "").rpartition("/")[2]
    found: Schema = kinds[name] if name else kind
    return found


def _default(field: Schema) -> str:
    match field.get("default"):
        case None | []:
            return ""
        case str(text):
            return coded([text])
        case value:
            return coded([msgspec.json.encode(value).decode()])


def _taken(kind: Schema) -> str:
    if "enum" in kind:
        return " or ".join(coded([choice]) for choice in kind["enum"])
    named: str = kind.get("format") or kind["type"]
    return ", ".join([_TYPES.get(named, named), *_bounds(kind)])


def _bounds(kind: Schema) -> Iterator[str]:
    for name, word in _BOUNDS.items():
        if name in kind:
            yield f"{word} {kind[name]}"
