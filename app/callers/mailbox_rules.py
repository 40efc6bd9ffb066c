"""Which mailboxes a caller may use. Pure."""

from collections.abc import Set as AbstractSet

__all__ = ["ALL", "allows"]

ALL = "*"


def allows(rules: AbstractSet[str], asked_as: str, primary: str) -> bool:
    """Tell whether rules allow a mailbox.

    A domain must hold for the mailbox's primary address too, if that is
    known: an alias in a domain opens no mailbox of another.

    Args:
        rules: Addresses, object ids, domains with an ``@`` before them, or
            ``*``; in lower case.
        asked_as: The caller's name for the mailbox, in lower case.
        primary: The name by which this service goes, in lower case.
    """
    if ALL in rules or asked_as in rules:
        return True
    return all(_domain(name) in rules for name in (asked_as, primary))


def _domain(name: str) -> str:
    """Return the domain with its ``@``; of no address, what no rule is."""
    local, _, domain = name.partition("@")
    return f"@{domain}" if local and domain else ""
