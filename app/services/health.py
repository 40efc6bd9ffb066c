"""How the service is, and how Graph is as seen from here.

All of it is told from memory: nobody waits for Graph to learn that Graph is
slow.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.gateway.calls import ScopeKey
from app.gateway.policies.circuit import State
from app.gateway.vitals import Vitals
from app.models.health import Check, Health, HealthStatus, TokenState
from app.problems.ledger import LedgerUnavailable

__all__ = ["HealthService", "Senses"]

_TOO_MANY_ERRORS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """Where the service looks at itself."""

    tokens: Callable[[], Sequence[TokenState]]
    breakers: Callable[[], Sequence[tuple[ScopeKey, State]]]
    closed_gates: Callable[[], Sequence[ScopeKey]]
    is_ledger_lost: Callable[[], bool]
    vitals: Vitals


class HealthService:
    """Answers the three questions that orchestrators and people ask."""

    def __init__(
        self, tenants: Sequence[str], senses: Senses, version: str
    ) -> None:
        self._tenants = tenants
        self._senses = senses
        self._version = version

    def live(self) -> Health:
        """Tell that the process runs and its event loop turns."""
        return {"status": "pass", "version": self._version, "checks": {}}

    def ready(self) -> Health:
        """Tell whether traffic should come: can any tenant be served?

        Without the ledger nothing is written, and reads go on.
        """
        tokens = {f"{t}:token": [self._token(t)] for t in self._tenants}
        checks = {**tokens, "ledger": [self._ledger()]}
        status: HealthStatus = "pass"
        if all(check["status"] == "fail" for [check] in tokens.values()):
            status = "fail"
        elif self._is_open() or any(
            check["status"] != "pass" for [check] in checks.values()
        ):
            status = "warn"
        return {"status": status, "version": self._version, "checks": checks}

    def exchange(self) -> Health:
        """Tell for each tenant how Graph and Entra ID have been doing."""
        checks: dict[str, list[Check]] = {}
        for tenant in self._tenants:
            for name, check in self._checks(tenant):
                checks[f"{tenant}:{name}"] = [check]
        states = {check["status"] for [check] in checks.values()}
        status: HealthStatus = "pass" if states == {"pass"} else "warn"
        return {"status": status, "version": self._version, "checks": checks}

    def _is_open(self) -> bool:
        states = self._senses.breakers()
        return any(state is not State.CLOSED for _, state in states)

    def _ledger(self) -> Check:
        if not self._senses.is_ledger_lost():
            return {"status": "pass", "componentType": "datastore"}
        return {
            "status": "fail",
            "componentType": "datastore",
            "output": LedgerUnavailable.code,
        }

    def _token(self, tenant: str) -> Check:
        reports = {report.tenant: report for report in self._senses.tokens()}
        report = reports[tenant]
        is_valid = report.expires_in is not None and report.expires_in > 0
        status: HealthStatus = "pass"
        if report.problem:
            status = "warn" if is_valid else "fail"
        check: Check = {"status": status, "componentType": "component"}
        if report.expires_in is not None:
            check["observedValue"] = round(report.expires_in)
            check["observedUnit"] = "s"
        if report.problem:
            check["output"] = report.problem
        return check

    def _checks(self, tenant: str) -> Iterator[tuple[str, Check]]:
        signs = self._senses.vitals.of(tenant)
        rate = signs.error_rate or 0.0
        yield "token", self._token(tenant)
        yield (
            "error_rate",
            _measured(rate, "1", is_well=rate < _TOO_MANY_ERRORS),
        )
        for name in ("p50", "p95", "last_success"):
            seconds = getattr(signs, name)
            if seconds is not None:
                yield name, _measured(seconds, "s")
        for key, state in self._senses.breakers():
            if key.tenant == tenant:
                is_closed = state is State.CLOSED
                value = state.name.lower()
                yield (
                    f"breaker:{key.name}",
                    _measured(value, is_well=is_closed),
                )
        paused = sum(k.tenant == tenant for k in self._senses.closed_gates())
        yield "paused_mailboxes", _measured(paused, is_well=not paused)


def _measured(
    value: float | str, unit: str | None = None, *, is_well: bool = True
) -> Check:
    check: Check = {
        "status": "pass" if is_well else "warn",
        "componentType": "component",
        "observedValue": round(value, 3)
        if isinstance(value, float)
        else value,
    }
    if unit:
        check["observedUnit"] = unit
    return check
