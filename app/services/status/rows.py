"""What the page shows, row by row; of many rows those that matter most."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from app.hour import MINUTES, Minute, quantile
from app.models.ops import NotedError, QuotaState
from app.models.status import (
    CallerRow,
    ErrorRow,
    Finding,
    GateRow,
    GraphRow,
    HourRow,
    Level,
    Rows,
    TenantRow,
)
from app.problems.runbooks import runbook_for
from app.services.status.facts import TenantFacts
from app.services.status.findings import LEVELS
from app.services.status.head import is_bad
from app.services.status.sights import Look

__all__ = [
    "callers_of",
    "errors_of",
    "gates_of",
    "graph_of",
    "hour_of",
    "tenants_of",
]

_MOST_ROWS = 200
_MOST_ERRORS = 20
_HALF = 0.5


def hour_of(
    tenant: str | None,
    asked: Mapping[int, Minute],
    graph: Mapping[int, Minute],
    present: int,
    seen_from: float,
) -> HourRow:
    """Return the last hour as numbers for charts."""
    numbers = range(present - MINUTES + 1, present + 1)
    asked_by = [asked.get(number) or Minute(number) for number in numbers]
    graph_by = [graph.get(number) or Minute(number) for number in numbers]
    return {
        "tenant": tenant,
        "began": numbers[0] * 60.0,
        "seen_from": seen_from,
        "requests": [minute.total for minute in asked_by],
        "failed": [minute.kinds["failed"] for minute in asked_by],
        "stale": [minute.kinds["stale"] for minute in asked_by],
        "kept": [minute.kinds["kept"] for minute in asked_by],
        "p50": [_rounded(quantile(minute, 0.5)) for minute in asked_by],
        "p95": [_rounded(quantile(minute, 0.95)) for minute in asked_by],
        "graph": [minute.total for minute in graph_by],
        "graph_failed": [minute.kinds["failed"] for minute in graph_by],
        "graph_p95": [_rounded(quantile(minute, 0.95)) for minute in graph_by],
    }


def tenants_of(
    look: Look,
    findings: Sequence[Finding],
    successes: Mapping[str, float | None],
) -> Rows:
    """Return the tenants, those in trouble first."""
    levels: dict[str, Level] = {}
    for finding in reversed(findings):
        levels |= dict.fromkeys(finding["tenants"], finding["level"])
    rows: list[TenantRow] = [
        _tenant(look, known, levels.get(known.tenant, "well"), successes)
        for known in look.facts.tenants
    ]
    rows.sort(key=lambda row: -LEVELS.index(row["level"]))
    return _most(rows)


def graph_of(look: Look) -> Rows:
    """Return breakers and retries, those that are not closed first."""
    rows: list[GraphRow] = [
        {
            "tenant": breaker["tenant"],
            "workload": breaker["workload"],
            "state": breaker["state"],
            "is_isolated": breaker["is_isolated"],
            "calls": breaker["calls"],
            "failures": breaker["failures"],
            "opens": round(look.now + breaker["opens_in"])
            if breaker["opens_in"]
            else None,
            "retries": look.retries.get(
                (breaker["tenant"], breaker["workload"])
            ),
        }
        for breaker in look.breakers
    ]
    rows.sort(
        key=lambda row: (
            row["state"] == "closed",
            row["tenant"],
            row["workload"],
        )
    )
    return _most(rows)


def gates_of(look: Look) -> Rows:
    """Return what Graph wants left alone, the longest first."""
    rows: list[GateRow] = [
        {
            "tenant": gate["tenant"],
            "mailbox_hash": gate["mailbox_hash"],
            "workload": gate["workload"],
            "opens": round(look.now + gate["opens_in"]),
        }
        for gate in look.gates
    ]
    rows.sort(key=lambda row: -row["opens"])
    return _most(rows)


def callers_of(quotas: Sequence[QuotaState]) -> Rows:
    """Return the callers, those that were refused most first."""
    rows: list[CallerRow] = [
        {
            "caller": quota["caller"],
            "remaining": quota["remaining"],
            "in_flight": quota["in_flight"],
            "requests": quota["requests"],
            "refused": quota["refused"],
        }
        for quota in quotas
    ]
    rows.sort(key=lambda row: (-row["refused"], -row["requests"]))
    return _most(rows)


def errors_of(errors: Iterable[NotedError]) -> Rows:
    """Return what failed, newest first; what failed alike is one row.

    What there is no runbook for comes last: it is for callers to mend.
    """
    alike: dict[tuple[str, str, str], list[NotedError]] = {}
    for error in errors:
        key = error["tenant"], error["operation"], error["code"]
        alike.setdefault(key, []).append(error)
    rows: list[ErrorRow] = [_error(group) for group in alike.values()]
    rows.sort(key=lambda row: row["runbook"] is None)
    return {"total": len(rows), "rows": rows[:_MOST_ERRORS]}


def _error(group: Sequence[NotedError]) -> ErrorRow:
    last = group[0]
    return {
        "tenant": last["tenant"],
        "operation": last["operation"],
        "code": last["code"],
        "runbook": runbook_for(last["code"]),
        "count": len(group),
        "mailboxes": len({error["mailbox_hash"] for error in group} - {None}),
        "last": last["at"],
        "upstream_status": last["upstream_status"],
        "upstream_code": last["upstream_code"],
        "request_id": last["upstream_request_id"]
        or last["upstream_client_request_id"],
    }


def _tenant(
    look: Look,
    known: TenantFacts,
    level: Level,
    successes: Mapping[str, float | None],
) -> TenantRow:
    standing: Literal["valid", "none", "refused"] = "none"
    if known.has_token:
        standing = "valid"
    elif known.token.problem:
        standing = "refused"
    ago = successes.get(known.tenant)
    left = known.token.expires_in
    return {
        "tenant": known.tenant,
        "level": level,
        "requests": known.spell.total,
        "failed": known.spell.failed,
        "stale": known.spell.stale,
        "p95": _rounded(known.graph_p95),
        "last_success": None if ago is None else round(look.now - ago),
        "token": standing,
        "token_problem": known.token.problem,
        "token_expires": None if left is None else round(look.now + left),
        "open": len(known.broken) + len(known.isolated),
        "paused": known.paused,
        "strip": _strip(look.hours[known.tenant], int(look.now // 60)),
    }


def _strip(hour: Mapping[int, Minute], present: int) -> str:
    """Return a character a minute: 0 well, 1 trouble, 2 failing, or none."""
    numbers = range(present - MINUTES + 1, present + 1)
    return "".join(_digit(hour.get(number)) for number in numbers)


def _digit(minute: Minute | None) -> str:
    if minute is None:
        return " "
    if not is_bad(minute):
        return "0"
    return "2" if minute.share("failed") >= _HALF else "1"


def _most(rows: Sequence[Any]) -> Rows:
    return {"total": len(rows), "rows": list(rows[:_MOST_ROWS])}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
