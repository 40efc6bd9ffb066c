"""How the service is, and how Graph is as seen from here.

All of it is told from memory: nobody waits for Graph to learn that Graph is
slow.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app import __version__
from app.clock import Clock
from app.gateway.calls import ScopeKey
from app.gateway.policies.circuit import State
from app.gateway.vitals import Vitals
from app.models.health import Check, Health, HealthStatus, TokenState
from app.problems.failures import ServiceStopping
from app.problems.ledger import LedgerUnavailable
from app.problems.registry import REGISTRY
from app.services.probes import Probes

__all__ = ["HealthService", "Senses"]

_API = "1"
_TOO_MANY_ERRORS = 0.1

Checks = dict[str, list[Check]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """Where the service looks at itself."""

    tokens: Callable[[], Sequence[TokenState]]
    breakers: Callable[[], Sequence[tuple[ScopeKey, State]]]
    closed_gates: Callable[[], Sequence[ScopeKey]]
    is_ledger_lost: Callable[[], bool]
    is_stopping: Callable[[], bool]
    vitals: Vitals


class HealthService:
    """Answers the three questions that orchestrators and people ask."""

    def __init__(self, senses: Senses, probes: Probes, clock: Clock) -> None:
        self._senses = senses
        self._probes = probes
        self._clock = clock
        self._began = clock.now()

    def live(self) -> Health:
        """Tell that the process runs and its event loop turns."""
        uptime = round(self._clock.now() - self._began)
        check = self._check(uptime, "s")
        check["componentType"] = "system"
        return _health("pass", {"uptime": [check]})

    def ready(self) -> Health:
        """Tell whether traffic should come: can any tenant be served?

        None can if Entra ID refuses all of them for good, as it does with a
        wrong secret; a tenant without a token is probed, so that this ends
        without traffic too. While Entra ID is down, or Graph, what is kept
        is still served and mail taken on. Without the ledger nothing is
        written, and reads go on. A process that stops takes nothing on.
        It is told to strangers, and so does not name the tenants.
        """
        tokens = list(self._senses.tokens())
        process, ledger = self._process(), self._ledger()
        checks = {
            "token": [self._token(token) for token in tokens],
            "ledger": [ledger],
            "process": [process],
        }
        for token in tokens:
            if _is_lacking(token):
                self._probes.begin(token.tenant)
        if process["status"] == "fail" or all(map(_is_refused, tokens)):
            return _health("fail", checks)
        is_open = any(
            state is not State.CLOSED for _, state in self._senses.breakers()
        )
        return _health("warn" if is_open else _worst(checks), checks)

    def exchange(self) -> Health:
        """Tell for each tenant how Graph and Entra ID have been doing.

        What nothing was heard of lately is probed, for the next who asks.
        """
        breakers: dict[str, list[Check]] = defaultdict(list)
        for key, state in self._senses.breakers():
            breakers[key.tenant].append(
                self._check(
                    state.name.lower(),
                    is_well=state is State.CLOSED,
                    which=key.name,
                )
            )
        paused = Counter(key.tenant for key in self._senses.closed_gates())
        checks: Checks = {}
        for token in self._senses.tokens():
            tenant = token.tenant
            self._probes.begin(tenant)
            found: dict[str, list[Check]] = {
                "token": [self._token(token)],
                **dict(self._signs(tenant)),
                "paused_mailboxes": [
                    self._check(paused[tenant], is_well=not paused[tenant])
                ],
            }
            if breakers[tenant]:
                found["breaker"] = breakers[tenant]
            checks |= {
                f"{tenant}:{name}": told for name, told in found.items()
            }
        return _health(_worst(checks), checks)

    async def aclose(self) -> None:
        """End the probes that are under way."""
        await self._probes.aclose()

    def _signs(self, tenant: str) -> Iterator[tuple[str, list[Check]]]:
        """Yield what was measured; nothing of what could not be."""
        signs = self._senses.vitals.of(tenant)
        if signs.error_rate is not None:
            is_well = signs.error_rate < _TOO_MANY_ERRORS
            rate = round(signs.error_rate, 3)
            yield "error_rate", [self._check(rate, "1", is_well=is_well)]
        for name in ("p50", "p95", "last_success"):
            seconds = getattr(signs, name)
            if seconds is not None:
                yield name, [self._check(round(seconds, 3), "s")]

    def _token(self, token: TokenState) -> Check:
        check = self._plain("component", token.unmended)
        if token.unmended and not _is_lacking(token):
            check["status"] = "warn"
        if token.expires_in is not None:
            check["observedValue"] = round(token.expires_in)
            check["observedUnit"] = "s"
        return check

    def _ledger(self) -> Check:
        is_lost = self._senses.is_ledger_lost()
        problem = LedgerUnavailable.code if is_lost else None
        return self._plain("datastore", problem)

    def _process(self) -> Check:
        is_stopping = self._senses.is_stopping()
        problem = ServiceStopping.code if is_stopping else None
        return self._plain("system", problem)

    def _plain(self, kind: str, problem: str | None) -> Check:
        """Return a check that fails if there is a problem."""
        check: Check = {
            "status": "fail" if problem else "pass",
            "time": self._now(),
            "componentType": kind,
        }
        if problem:
            check["output"] = problem
            check["links"] = {"about": f"/problems/{problem}"}
        return check

    def _check(
        self,
        value: float | str,
        unit: str | None = None,
        *,
        is_well: bool = True,
        which: str | None = None,
    ) -> Check:
        check: Check = {
            "status": "pass" if is_well else "warn",
            "time": self._now(),
            "componentType": "component",
            "observedValue": value,
        }
        if unit:
            check["observedUnit"] = unit
        if which:
            check["componentId"] = which
        return check

    def _now(self) -> str:
        return self._clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_lacking(token: TokenState) -> bool:
    """Tell whether a token was wanted and there is none that is valid."""
    is_valid = token.expires_in is not None and token.expires_in > 0
    return token.unmended is not None and not is_valid


def _is_refused(token: TokenState) -> bool:
    """Tell whether to wait will not give a tenant a token."""
    code = token.unmended
    return bool(code and _is_lacking(token) and not REGISTRY[code].retryable)


def _worst(checks: Mapping[str, Sequence[Check]]) -> HealthStatus:
    """Return ``warn`` if anything is less than well: the rest works."""
    found = (check["status"] for told in checks.values() for check in told)
    return "pass" if set(found) <= {"pass"} else "warn"


def _health(status: HealthStatus, checks: Checks) -> Health:
    return {
        "status": status,
        "version": _API,
        "releaseId": __version__,
        "checks": checks,
    }
