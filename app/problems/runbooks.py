"""Which runbook helps when a problem happens often."""

from collections.abc import Mapping

__all__ = ["RUNBOOKS", "runbook_for"]

RUNBOOKS: Mapping[str, str] = {
    "quota-exceeded": "callers-refused",
    "internal-error": "error-budget-burn",
    "graph-error": "error-budget-burn",
    "graph-malformed-response": "malformed-responses",
    "tenant-credentials-rejected": "credentials-rejected",
    "tenant-consent-missing": "consent-missing",
    "tenant-policy-blocked": "consent-missing",
    "mailbox-access-denied": "consent-missing",
    "graph-throttled": "throttling-sustained",
    "graph-unavailable": "graph-failing",
    "graph-circuit-open": "breaker-open",
    "graph-unreachable": "graph-failing",
    "identity-unavailable": "token-refresh-failing",
    "mailbox-moving": "graph-failing",
    "service-overloaded": "overloaded",
    "ledger-unavailable": "ledger-unavailable",
    "graph-timeout": "graph-slow",
    "deadline-exceeded": "latency-burn",
}
"""The name of a page in ``docs/runbooks``, by the code of the problem.

Problems that are not here are for the caller to solve.
"""


def runbook_for(code: str) -> str | None:
    """Return where the runbook for a problem is served; None without one."""
    name = RUNBOOKS.get(code)
    return f"/runbooks/{name}" if name else None
