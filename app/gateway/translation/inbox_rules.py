"""Inbox rules: Graph's JSON to ours and back."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw
from pydantic import BaseModel

from app.gateway.translation.result import (
    Translated,
    Translation,
    decode,
    decode_page,
)
from app.gateway.translation.rule_members import (
    ACTIONS,
    CONDITIONS,
    Kind,
    camel,
)
from app.gateway.translation.wire_settings import GraphRule
from app.models.rule_input import NewRule, RulePatch

__all__ = [
    "rule",
    "rule_and_source",
    "rule_json",
    "rule_patch_json",
    "rules",
]

_PARTS: Mapping[str, Mapping[str, Kind]] = {
    "conditions": CONDITIONS,
    "exceptions": CONDITIONS,
    "actions": ACTIONS,
}
_PLAIN = {
    "name": "displayName",
    "sequence": "sequence",
    "is_enabled": "isEnabled",
}
_NOT_OF_THE_KIND = (AttributeError, KeyError, TypeError, ValueError)


def rules(body: bytes, about: Translation) -> Translated:
    """Translate a page of rules."""
    return decode_page(body, GraphRule).translated(_rule, about)


def rule(body: bytes, _about: Translation) -> Translated:
    """Translate one rule."""
    return Translated(content=_rule(decode(body, GraphRule)))


def rule_and_source(body: bytes, _about: Translation) -> Translated:
    """Translate one rule, and keep what it was made of for a change."""
    found = _rule(decode(body, GraphRule))
    return Translated(content={"rule": found, "source": decode(body, Raw)})


def rule_json(wanted: NewRule) -> bytes:
    """Return Graph's JSON for a new rule."""
    return msgspec.json.encode(
        {
            **{
                theirs: getattr(wanted, name)
                for name, theirs in _PLAIN.items()
            },
            **{name: _merged({}, wanted, name) for name in _PARTS},
        }
    )


def rule_patch_json(patch: RulePatch, source: bytes) -> bytes:
    """Return Graph's JSON for the changes that a patch makes to a rule.

    Graph takes conditions, exceptions and actions as a whole, so that what a
    patch leaves out is sent along, and what is not known here as well.
    Source: https://learn.microsoft.com/graph/api/messagerule-update
    """
    now = decode(source, GraphRule)
    changed = patch.model_fields_set
    return msgspec.json.encode(
        {
            **{
                theirs: getattr(patch, name)
                for name, theirs in _PLAIN.items()
                if name in changed
            },
            **{
                name: _merged(getattr(now, name) or {}, patch, name)
                for name in _PARTS
                if name in changed
            },
        }
    )


def _merged(
    now: Mapping[str, Any], changes: BaseModel, part: str
) -> dict[str, Any]:
    """Return Graph's JSON of a part after a merge patch (RFC 7396)."""
    patch: BaseModel | None = getattr(changes, part)
    if patch is None:
        return {}
    merged = dict(now)
    values = patch.model_dump()
    for name in sorted(patch.model_fields_set):
        if values[name] is None:
            merged.pop(camel(name), None)
        else:
            merged[camel(name)] = _PARTS[part][name].write(values[name])
    return merged


def _rule(item: GraphRule) -> dict[str, Any]:
    unrecognized: list[str] = []
    parts = {
        name: _part(name, getattr(item, name) or {}, unrecognized)
        for name in _PARTS
    }
    return {
        "id": item.id,
        "name": item.display_name or "",
        "sequence": item.sequence or 0,
        "is_enabled": bool(item.is_enabled),
        "is_read_only": bool(item.is_read_only),
        "has_error": bool(item.has_error),
        **parts,
        "unrecognized": unrecognized,
        "is_partial": False,
    }


def _part(
    part: str, found: Mapping[str, Any], unrecognized: list[str]
) -> dict[str, Any]:
    """Return what is known of a part; note the names of the rest."""
    known = {camel(name): name for name in _PARTS[part]}
    shown = {}
    for theirs, value in found.items():
        if value is None or "@odata." in theirs:
            continue
        try:
            name = known[theirs]
            shown[name] = _PARTS[part][name].read(value)
        except _NOT_OF_THE_KIND:
            unrecognized.append(f"{part}.{theirs}")
    return shown
