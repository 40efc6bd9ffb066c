"""How a mailbox is set up: its settings, categories and rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.sandbox.state.items import Properties

__all__ = ["Configuration"]


@dataclass(slots=True, kw_only=True)
class Configuration:
    """What the owner of a mailbox has chosen.

    ``settings`` are Graph's mailboxSettings; ``categories`` and ``rules`` are
    Graph's entities by id, in the order of their making. What is in them is
    never changed in place.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    categories: dict[str, Properties] = field(default_factory=dict)
    rules: dict[str, Properties] = field(default_factory=dict)

    def copy(self) -> "Configuration":
        """Return a configuration of its own."""
        return replace(
            self, categories=dict(self.categories), rules=dict(self.rules)
        )
