"""What a kind of trouble is, and how to tell that a tenant has it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.models.status import Blame, Level
from app.services.status.facts import TenantFacts

__all__ = ["Kind", "days_left", "fails_by", "listed", "no_token", "paused"]

_DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of trouble.

    Attributes:
        name: What the page knows it by.
        blame: Who can do something about it.
        title: What it is; ``{who}`` are the tenants.
        do: What to do about it.
        runbook: The name of the page that tells more.
        hits: Tells whether a tenant has it.
        codes: The problems by which requests meet it.
        more: What there is to tell beside how many requests fail.
        level: How bad it is.
        within: Kinds of which it is but a consequence.
    """

    name: str
    blame: Blame
    title: str
    do: str
    runbook: str
    hits: Callable[[TenantFacts], bool]
    codes: tuple[str, ...] = ()
    more: Callable[[Sequence[TenantFacts]], str] = lambda _: ""
    level: Level = "trouble"
    within: tuple[str, ...] = ()


def fails_by(*codes: str) -> Callable[[TenantFacts], bool]:
    """Return what tells that requests fail by these problems."""
    return lambda facts: facts.fails_by(*codes)


def no_token(code: str) -> Callable[[TenantFacts], bool]:
    """Return what tells that there is no token, and this is why."""
    return lambda facts: (
        facts.fails_by(code)
        or (facts.token.problem == code and not facts.has_token)
    )


def listed(
    intro: str, names: Callable[[TenantFacts], Sequence[str]]
) -> Callable[[Sequence[TenantFacts]], str]:
    """Return what tells these names of all tenants that are hit."""

    def told(hit: Sequence[TenantFacts]) -> str:
        found = sorted({name for facts in hit for name in names(facts)})
        return f"{intro}: {', '.join(found)}." if found else ""

    return told


def paused(hit: Sequence[TenantFacts]) -> str:
    """Tell how many mailboxes are left alone."""
    count = sum(facts.paused for facts in hit)
    boxes = "mailbox is" if count == 1 else "mailboxes are"
    return f"{count} {boxes} left alone for a while." if count else ""


def days_left(hit: Sequence[TenantFacts]) -> str:
    """Tell how long the first secret to expire is good for."""
    days = int(min(facts.secret_left or 0.0 for facts in hit) // _DAY)
    return f"{max(0, days)} days are left."
