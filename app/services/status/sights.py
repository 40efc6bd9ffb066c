"""Look around: turn what the parts know into facts, and rows to be shown."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.clock import Clock, Stopping
from app.gateway.vitals import Vitals
from app.hour import Minute, merged, quantile
from app.models.health import TokenState
from app.models.ops import BreakerState, GateState
from app.services.ops import Meters
from app.services.status.facts import Facts, TenantFacts
from app.services.status.history import History

__all__ = ["Look", "Sights"]

_FEWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sights:
    """Where to look; ``outbox`` counts sends by state, when last counted.

    ``probe`` has a tenant probed of whom nothing was heard lately;
    ``credentials_end`` tells when, where that is known.
    """

    clock: Clock
    meters: Meters
    vitals: Vitals
    history: History
    stopping: Stopping
    is_ledger_lost: Callable[[], bool]
    outbox: Callable[[], Mapping[str, int]]
    due: Callable[[], float]
    probe: Callable[[str], None]
    credentials_end: Callable[[], Mapping[str, datetime]]


class Look:
    """One look around: everything in it is of the same moment."""

    def __init__(
        self, sights: Sights, tenants: Sequence[str], gates: list[GateState]
    ) -> None:
        history = sights.history
        self.now = history.hours.date(sights.clock.now())
        self.tenants = tenants
        self.gates = gates
        self.breakers: Sequence[BreakerState] = sights.meters.breakers()
        self.retries = {
            (budget["tenant"], budget["workload"]): budget["remaining"]
            for budget in sights.meters.budgets()
        }
        self.hours: dict[str, dict[int, Minute]] = {
            tenant: history.hours.of(tenant) for tenant in (*tenants, "")
        }
        self.facts = self._facts(sights)

    def _facts(self, sights: Sights) -> Facts:
        history = sights.history
        tokens = {state.tenant: state for state in sights.meters.tokens()}
        spells = {tenant: history.lately(tenant) for tenant in self.tenants}
        broken, isolated = defaultdict(list), defaultdict(list)
        for breaker in self.breakers:
            tenant, workload = breaker["tenant"], breaker["workload"]
            # One that would let a call through and gets none tells nothing.
            is_news = breaker["opens_in"] or spells[tenant].total
            if breaker["is_isolated"]:
                isolated[tenant].append(workload)
            elif breaker["state"] != "closed" and is_news:
                broken[tenant].append(workload)
        spent = defaultdict(list)
        for (tenant, workload), left in self.retries.items():
            if not left:
                spent[tenant].append(workload)
        ends = sights.credentials_end()
        paused = Counter(gate["tenant"] for gate in self.gates)
        return Facts(
            now=self.now,
            tenants=[
                TenantFacts(
                    tenant=tenant,
                    spell=spells[tenant],
                    met=history.met(tenant),
                    cause=history.cause(tenant),
                    token=tokens.get(tenant) or _unknown(tenant),
                    broken=broken[tenant],
                    isolated=isolated[tenant],
                    no_retries=spent[tenant],
                    paused=paused[tenant],
                    has_just_failed=sights.vitals.has_just_failed(tenant),
                    graph_p95=_graph_p95(sights.vitals, tenant),
                    secret_left=self._left(ends.get(tenant)),
                )
                for tenant in self.tenants
            ],
            unplaced=history.lately(""),
            unplaced_met=history.met(""),
            is_ledger_lost=sights.is_ledger_lost(),
            outbox=sights.outbox(),
            due=sights.due(),
            is_stopping=sights.stopping.has_begun,
        )

    def _left(self, end: datetime | None) -> float | None:
        return None if end is None else end.timestamp() - self.now


def _graph_p95(vitals: Vitals, tenant: str) -> float | None:
    """Return how long Graph takes in this minute and the one before."""
    present = vitals.hours.present()
    known = vitals.hours.of(tenant)
    recent = [known[n] for n in (present - 1, present) if n in known]
    whole = merged(present, recent)
    return quantile(whole, 0.95) if whole.total >= _FEWEST else None


def _unknown(tenant: str) -> TokenState:
    return TokenState(tenant=tenant, age=None, expires_in=None, problem=None)
