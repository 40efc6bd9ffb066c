"""Which mailboxes a caller may use. Pure."""

from collections.abc import Set as AbstractSet

__all__ = ["ALL", "allows", "is_by_domain"]

ALL = "*"


def allows(rules: AbstractSet[str], asked_as: str, primary: str) -> bool:
    """Tell whether rules allow a mailbox.

    A domain must hold for the mailbox's primary address too: an alias in a
    domain opens no mailbox of another.

    Args:
        rules: Addresses, object ids, domains with an ``@`` before them, or
            ``*``; in lower case.
        asked_as: The caller's name for the mailbox, in lower case.
        primary: The name by which this service goes, in lower case.
    """
    return _is_named(rules, asked_as) or all(
        _domain(name) in rules for name in (asked_as, primary)
    )


def is_by_domain(rules: AbstractSet[str], asked_as: str) -> bool:
    """Tell whether a name is allowed for its domain alone.

    Then it has to be known which address is the primary one.
    """
    return not _is_named(rules, asked_as) and _domain(asked_as) in rules


def _is_named(rules: AbstractSet[str], asked_as: str) -> bool:
    return ALL in rules or asked_as in rules


def _domain(name: str) -> str:
    """Return the domain with its ``@``; of no address, what no rule is."""
    local, _, domain = name.partition("@")
    return f"@{domain}" if local and domain else ""
