"""How it is, in one sentence. Pure."""

from collections.abc import Mapping, Sequence

from app.hour import Minute
from app.models.status import Finding, Head, Level, Past
from app.services.status.facts import Facts

__all__ = ["TROUBLE", "TROUBLED", "head_of", "is_bad", "past_trouble"]

TROUBLED: frozenset[Level] = frozenset({"trouble", "down"})
TROUBLE = "trouble"
"""The kind of minutes in which trouble was told of."""

_BAD = 0.1
_MORE_THAN_BAD_LUCK = 2
_MOST_GAP = 2
_JUST_OVER = 900.0


def head_of(
    facts: Facts, findings: Sequence[Finding], past: Past | None
) -> Head:
    """Return what a person is to read first."""
    worst: Level = findings[0]["level"] if findings else "well"
    is_trouble = worst in TROUBLED
    if is_trouble:
        headline, told = findings[0]["title"], findings[0]["told"]
    else:
        headline = _calm(facts, findings, past)
        told = _lately(facts)
    return {
        "level": worst,
        "headline": headline,
        "told": told,
        "findings": list(findings),
        "past": None if is_trouble else past,
    }


def is_bad(minute: Minute) -> bool:
    """Tell whether there was trouble in a minute.

    There was if it was told of; and if nobody watched, if a tenth of the
    requests did not go as wanted.
    """
    kinds = minute.kinds
    bad = max(kinds.get("failed", 0), kinds.get("stale", 0))
    is_much = bad >= max(_MORE_THAN_BAD_LUCK, _BAD * minute.total)
    return is_much or TROUBLE in kinds


def past_trouble(
    hours: Mapping[str, Mapping[int, Minute]], now: float
) -> Past | None:
    """Return the last run of bad minutes of any tenant, if there is one."""
    bad = sorted(
        {n for hour in hours.values() for n, m in hour.items() if is_bad(m)}
    )
    if not bad:
        return None
    last = first = bad[-1]
    for number in reversed(bad):
        if first - number > _MOST_GAP + 1:
            break
        first = number
    within = {
        tenant: [
            m for n, m in hour.items() if first <= n <= last and is_bad(m)
        ]
        for tenant, hour in hours.items()
    }
    return {
        "began": first * 60.0,
        "ended": min(now, (last + 1) * 60.0),
        "worst": max(m.share("failed") for ms in within.values() for m in ms),
        "tenants": [t for t, minutes in within.items() if minutes and t],
    }


def _calm(facts: Facts, findings: Sequence[Finding], past: Past | None) -> str:
    if findings:
        things = (
            "one thing" if len(findings) == 1 else f"{len(findings)} things"
        )
        return f"All is well, with {things} to look at"
    if past and facts.now - past["ended"] < _JUST_OVER:
        return "All is well again"
    if not _total(facts):
        return "All seems well, but nobody asks"
    return "All is well"


def _lately(facts: Facts) -> str:
    total = _total(facts)
    if not total:
        return "No request in the last five minutes, so little is known."
    failed = sum(known.spell.failed for known in facts.tenants)
    share = f"{failed} failed" if failed else "none failed"
    return f"Of the last {total} requests, {share}."


def _total(facts: Facts) -> int:
    return sum(known.spell.total for known in facts.tenants)
