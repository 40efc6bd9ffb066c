"""What a request may cost: what must be met, and what is hoped for."""

from dataclasses import dataclass
from typing import Literal

from tests.bench.cases.base import CPU
from tests.bench.cases.growth import ANY, SAME
from tests.bench.cases.pressure import ADDED_P50, ADDED_P99, SHARE
from tests.bench.cases.reading import SHARE_OF_FEW
from tests.bench.cases.starting import MEGABYTES, SECONDS
from tests.bench.results import Results

__all__ = ["BUDGETS", "CI", "OFF", "Budget", "Measured"]

OFF = ", telemetry off"
"""What is added to the name of a target that tells nobody what it does."""

Verdict = Literal["goal", "must", "no"]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The median of all rounds, the least and the most."""

    median: float
    least: float
    most: float


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A bound for what a case shows, or for its ratio to another.

    ``over`` is the case and the peer by which it is divided; ``at_least``
    tells that more is better, and with a peer that the peer is divided.
    """

    what: str
    case: str
    must: float
    goal: float
    metric: str = CPU
    off: bool = False
    over: str = ""
    peer: str = ""
    at_least: bool = False

    def measured(self, results: Results, target: str) -> Measured | None:
        """Return what a target has shown; None if it was not measured."""
        name = target + OFF * self.off
        row = results.find(self.case, name, self.metric)
        if row is None:
            return None
        values, median = row.values, row.median
        if self.over or self.peer:
            case, other = self.over or self.case, self.peer or name
            base = results.find(case, other, self.metric)
            if base is None:
                return None
            values = [a / b for a, b in zip(values, base.values, strict=True)]
            median /= base.median
        if self.peer:
            values, median = [1 / value for value in values], 1 / median
        return Measured(median=median, least=min(values), most=max(values))

    def verdict(self, value: float) -> Verdict:
        """Tell what a value meets."""
        sign = -1 if self.at_least else 1
        if sign * value <= sign * self.goal:
            return "goal"
        return "must" if sign * value <= sign * self.must else "no"


def _cheaper(peer: str, must: float, goal: float) -> Budget:
    return Budget(
        what=f"{peer} ÷ the service, 64 connections",
        case="list-64",
        peer=peer,
        must=must,
        goal=goal,
        at_least=True,
    )


BUDGETS = (
    Budget(
        what="list from Graph, telemetry off",
        case="list",
        off=True,
        must=700,
        goal=350,
    ),
    Budget(
        what="list from Graph, metrics and traces at 0.1",
        case="list",
        must=1000,
        goal=450,
    ),
    Budget(
        what="the same, 64 connections ÷ 8",
        case="list-64",
        metric=SHARE_OF_FEW,
        must=1.15,
        goal=1.05,
    ),
    Budget(what="list kept, fresh", case="cached", must=150, goal=60),
    Budget(what="list kept, stale", case="stale", must=150, goal=60),
    Budget(what="304", case="not-modified", must=130, goal=50),
    *(
        Budget(what=f"refusal: {what}", case=case, must=150, goal=60)
        for what, case in (
            ("open circuit", "circuit-open"),
            ("closed gate", "gate-closed"),
            ("quota", "quota"),
            ("shed", "shed"),
        )
    ),
    _cheaper("FastAPI + httpx", 4, 8),
    _cheaper("FastAPI + O365", 10, 25),
    _cheaper("FastAPI + msgraph-sdk", 100, 250),
    Budget(
        what="added latency at half load, p50, ms",
        case="added-time",
        metric=ADDED_P50,
        must=1.5,
        goal=0.6,
    ),
    Budget(
        what="added latency at half load, p99, ms",
        case="added-time",
        metric=ADDED_P99,
        must=5,
        goal=2,
    ),
    Budget(
        what="start to first answer, s",
        case="start",
        metric=SECONDS,
        must=2.0,
        goal=1.0,
    ),
    Budget(
        what="memory after 10,000 mailboxes, MB",
        case="seen-10000",
        metric=MEGABYTES,
        must=200,
        goal=120,
    ),
    *(
        Budget(
            what=f"{which} mailbox, {seen} ÷ a new process",
            case=case,
            metric=metric,
            must=1.1,
            goal=1.05,
        )
        for case, seen in (
            ("seen-10000", "10,000 mailboxes seen"),
            ("seen-100000", "100,000 mailboxes seen"),
            ("tenants-100", "100 tenants"),
        )
        for which, metric in (("the same", SAME), ("any", ANY))
    ),
    *(
        Budget(
            what=f"goodput at 5 times what {bound} ÷ capacity",
            case=case,
            metric=SHARE,
            must=0.8,
            goal=0.95,
            at_least=True,
        )
        for case, bound in (
            ("overload", "Graph allows"),
            ("overload-cpu", "the core can do"),
        )
    ),
    Budget(
        what="capacity after half of the callers left ÷ before",
        case="leaving",
        metric=SHARE,
        must=0.9,
        goal=0.95,
        at_least=True,
    ),
)

CI = (
    Budget(
        what="FastAPI + httpx ÷ the service, 64 connections",
        case="list-64",
        peer="FastAPI + httpx",
        must=2,
        goal=4,
        at_least=True,
    ),
    Budget(
        what="list from Graph, 64 connections ÷ 8",
        case="list-64",
        metric=SHARE_OF_FEW,
        must=1.6,
        goal=1.15,
    ),
    *(
        Budget(
            what=f"{case} ÷ list from Graph",
            case=case,
            over="list",
            must=0.5,
            goal=0.2,
        )
        for case in ("cached", "not-modified", "circuit-open")
    ),
)
"""Ratios, which hold on any machine; beyond these something is broken."""
