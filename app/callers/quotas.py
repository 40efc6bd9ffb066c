"""Let callers in as far as their quotas go, and keep count of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from app.callers.account import Account, Standing, Window
from app.callers.caller import Caller
from app.clock import Clock
from app.keyed import Keyed
from app.models.context import Costs
from app.problems.refusals import QuotaExceeded

__all__ = ["CallerStatistics", "Quotas", "Visit"]

_MOST_CALLERS = 10_000

MakeWindow = Callable[[int, float], Window]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerStatistics:
    """What one caller has done since it was first seen.

    ``standing`` is None for a caller without a quota; `Account` explains
    the others.
    """

    caller: Caller
    standing: Standing | None
    in_flight: int
    requests: int
    refused: int
    graph_calls: int
    cost: int


class Visit:
    """One request of a caller that was let in; it ends with the context."""

    def __init__(self, account: Account, costs: Costs, clock: Clock) -> None:
        self._account = account
        self._costs = costs
        self._clock = clock
        self._charged = 0
        self._counted = 0

    def __enter__(self) -> Self:
        """Begin; the request was let in already."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Charge what it has cost, and give its place to another."""
        self.settle()
        self._account.leave()

    def standing(self) -> Standing | None:
        """Return what is left of the quota; None if there is none."""
        return self._account.standing(self._clock.now())

    def settle(self) -> None:
        """Charge what the request has cost since it was last settled."""
        costs, account = self._costs, self._account
        known = (self._charged, self._counted)
        if known == (costs.graph_cost, costs.graph_calls):
            return
        account.charge(costs.graph_cost - self._charged, self._clock.now())
        account.graph_calls += costs.graph_calls - self._counted
        self._charged, self._counted = costs.graph_cost, costs.graph_calls


class Quotas:
    """The accounts of all callers of this process.

    Whom nothing was heard of for a window is forgotten when there are too
    many, so that no quota is won by it.
    """

    def __init__(
        self,
        make_window: MakeWindow,
        clock: Clock,
        *,
        most_callers: int = _MOST_CALLERS,
    ) -> None:
        self._make_window = make_window
        self._clock = clock
        self._accounts: Keyed[Caller, Account] = Keyed(
            self._open_account, now=clock.now, most=most_callers
        )

    def visit(self, caller: Caller, costs: Costs) -> Visit:
        """Let a request in, and charge it at the end however that comes.

        It is in from now on; whoever asks must enter the context.

        Args:
            caller: Who makes it.
            costs: What it costs; filled in while it is served.

        Raises:
            QuotaExceeded: The caller has used up what it may.
        """
        account = self._accounts[caller]
        wait = account.enter(self._clock.now())
        if wait > 0:
            raise QuotaExceeded(retry_after=wait)
        return Visit(account, costs, self._clock)

    def standing(self, caller: Caller) -> Standing | None:
        """Return what is left of a caller's quota; None if it has none."""
        return self._accounts[caller].standing(self._clock.now())

    def shares(self) -> Iterator[tuple[Caller, float]]:
        """Yield how much of its quota each caller uses; for any thread."""
        now = self._clock.now()
        for caller, account in self._accounts.items():
            share = account.share_used(now)
            if share is not None:
                yield caller, share

    def statistics(self) -> list[CallerStatistics]:
        """Return what is known of each caller, the most recent one last."""
        now = self._clock.now()
        return [
            CallerStatistics(
                caller=caller,
                standing=account.standing(now),
                in_flight=account.in_flight,
                requests=account.requests,
                refused=account.refused,
                graph_calls=account.graph_calls,
                cost=account.cost,
            )
            for caller, account in self._accounts.items()
        ]

    def _open_account(self, caller: Caller) -> Account:
        quota = caller.quota
        if quota is None:
            return Account()
        window = self._make_window(quota.requests, quota.window)
        return Account(quota=quota, window=window)
