"""Whether a rule is the one that was to be made. Pure."""

from typing import Any

from app.models.rule_input import NewRule
from app.models.rules import Rule

__all__ = ["is_like"]

_PARTS = ("conditions", "exceptions", "actions")


def is_like(found: Rule, wanted: NewRule) -> bool:
    """Tell whether a rule does what was wanted, under the name wanted.

    Exchange keeps some words in capitals, adds names to addresses and gives
    out the places in the sequence itself.
    """
    content: dict[str, Any] = {**found}
    return (
        found["name"] == wanted.name
        and found["is_enabled"] == wanted.is_enabled
        and not found["unrecognized"]
        and all(
            _plain(content[part])
            == _plain(getattr(wanted, part).model_dump(exclude_none=True))
            for part in _PARTS
        )
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if "address" in value:
            return str(value["address"]).lower()
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted(_plain(one) for one in value)
    return value.casefold() if isinstance(value, str) else value
