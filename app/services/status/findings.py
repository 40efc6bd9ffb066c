"""What is wrong, from what is known. Pure."""

from collections.abc import Iterator, Sequence

from app.models.status import Blame, Finding, Level
from app.problems.runbooks import runbook_for
from app.services.status.facts import Facts, TenantFacts
from app.services.status.kind import Kind
from app.services.status.kinds import KINDS

__all__ = ["LEVELS", "find", "names_of"]

LEVELS: tuple[Level, ...] = ("well", "note", "trouble", "down")
_MOST_NAMES = 2
_HALF = 0.5
_STUCK = 300.0
_RUNBOOKS = "/runbooks/"


def find(facts: Facts) -> list[Finding]:
    """Return what is wrong, the worst first."""
    found = [*_of_service(facts), *_of_tenants(facts)]
    return sorted(found, key=lambda f: -LEVELS.index(f["level"]))


def names_of(tenants: Sequence[str], all_tenants: int) -> str:
    """Return whom it is about, in words."""
    if len(tenants) == all_tenants > 1:
        return "all tenants"
    if len(tenants) > _MOST_NAMES:
        return f"{tenants[0]} and {len(tenants) - 1} other tenants"
    return " and ".join(tenants)


def _of_tenants(facts: Facts) -> Iterator[Finding]:
    told_of: dict[str, set[str]] = {f.tenant: set() for f in facts.tenants}
    for kind in KINDS:
        hit = [
            known
            for known in facts.tenants
            if kind.hits(known) and not told_of[known.tenant] & {*kind.within}
        ]
        for known in hit:
            told_of[known.tenant].add(kind.name)
        if hit:
            yield _finding(kind, hit, facts)
    other = [
        known
        for known in facts.tenants
        if known.spell.is_failing and not told_of[known.tenant]
    ]
    if other:
        yield _unnamed(other, facts)


def _finding(kind: Kind, hit: Sequence[TenantFacts], facts: Facts) -> Finding:
    told = [_counted(hit, kind.level), kind.more(hit)]
    return {
        "kind": kind.name,
        "level": _level(kind.level, hit, facts),
        "blame": kind.blame,
        "title": kind.title.format(who=_who(hit, facts)),
        "told": " ".join(part for part in told if part),
        "do": kind.do,
        "tenants": [known.tenant for known in hit],
        "since": _since(hit, kind.codes),
        "runbook": f"{_RUNBOOKS}{kind.runbook}",
    }


def _unnamed(hit: Sequence[TenantFacts], facts: Facts) -> Finding:
    """Tell of failures for which there is no name here but their codes."""
    codes = sorted({code for known in hit for code in known.met})
    return {
        "kind": "failing",
        "level": _level("trouble", hit, facts),
        "blame": "service",
        "title": f"Requests of {_who(hit, facts)} fail",
        "told": f"{_counted(hit, 'trouble')} Problems: {', '.join(codes)}.",
        "do": "See the last errors below.",
        "tenants": [known.tenant for known in hit],
        "since": _since(hit, codes),
        "runbook": next(filter(None, map(runbook_for, codes)), None),
    }


def _of_service(facts: Facts) -> Iterator[Finding]:
    outbox = facts.outbox
    if facts.is_stopping:
        yield _plain(
            "stopping",
            "note",
            "operator",
            "This process is stopping",
            "It ends what it has begun and takes nothing new.",
        )
    if facts.is_ledger_lost:
        yield _plain(
            "ledger",
            "trouble",
            "service",
            "The database cannot be reached",
            "Nothing is sent, or done once, until it is back; reads go on.",
            do="See to the database. What was promised is kept there.",
            since=_since(facts.tenants, ("ledger-unavailable",)),
            runbook="ledger-unavailable",
        )
    shed = facts.unplaced.codes["service-overloaded"]
    if facts.unplaced.is_failing and shed > 1:
        yield _plain(
            "overloaded",
            "trouble",
            "service",
            "This service is overloaded",
            f"{facts.unplaced.failed} requests were turned away lately.",
            do="Add processes, or find below the caller that asks too much.",
            since=facts.unplaced_met.get("service-overloaded"),
            runbook="overloaded",
        )
    if facts.due >= _STUCK:
        yield _plain(
            "outbox",
            "trouble",
            "service",
            "Mail is waiting to be sent for too long",
            f"The oldest has been due for {facts.due / 60:.0f} minutes.",
            do="If Graph is well, read the runbook.",
            since=facts.now - facts.due,
            runbook="outbox-stuck",
        )
    if unknown := outbox.get("unknown", 0):
        yield _plain(
            "unknown",
            "note",
            "operator",
            "Nobody knows whether some mail was sent",
            f"{unknown} to be decided on.",
            do="Look whether they are in Sent Items, then retry or discard.",
            runbook="sends-unknown",
        )


def _plain(  # noqa: PLR0913 - the parts of a finding, each named once
    kind: str,
    level: Level,
    blame: Blame,
    title: str,
    told: str,
    *,
    do: str = "",
    since: float | None = None,
    runbook: str | None = None,
) -> Finding:
    return {
        "kind": kind,
        "level": level,
        "blame": blame,
        "title": title,
        "told": told,
        "do": do,
        "tenants": [],
        "since": since,
        "runbook": f"{_RUNBOOKS}{runbook}" if runbook else None,
    }


def _who(hit: Sequence[TenantFacts], facts: Facts) -> str:
    return names_of([known.tenant for known in hit], len(facts.tenants))


def _counted(hit: Sequence[TenantFacts], level: Level) -> str:
    total = sum(known.spell.total for known in hit)
    failed = sum(known.spell.failed for known in hit)
    stale = sum(known.spell.stale for known in hit)
    if level == "note" or not failed + stale:
        return ""
    told = f"{failed} of the last {total} requests failed"
    if stale:
        told += f", {stale} got an older copy"
    return f"{told}."


def _level(level: Level, hit: Sequence[TenantFacts], facts: Facts) -> Level:
    """Return the level; worse where most of what is asked fails for all."""
    total = sum(known.spell.total for known in hit)
    failed = sum(known.spell.failed for known in hit)
    if level != "trouble" or len(hit) < len(facts.tenants):
        return level
    return "down" if total and failed / total >= _HALF else level


def _since(hit: Sequence[TenantFacts], codes: Sequence[str]) -> float | None:
    began = [
        known.met[code] for known in hit for code in codes if code in known.met
    ]
    return min(began, default=None)
