"""Answers that are renewed while nobody waits for them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

from msgspec.structs import replace

from app.clock import Clock, Deadline
from app.gateway.cache.keys import CacheKey
from app.gateway.calls import GraphCall, ScopeKey, Tally
from app.models.answers import Answer
from app.models.context import Costs
from app.problems.errors import ExchangeError
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import REFRESH_FAILED
from app.telemetry.signals.metrics import CACHE_REFRESHES
from app.telemetry.signals.spans import SPAN_REFRESH

__all__ = ["Refresh", "Refreshes"]

# Half of what Graph allows a mailbox: the rest is for those who wait.
_MOST_OF_SCOPE = 2
# So that a tenant whose Graph hangs leaves the others' memory alone.
_MOST_OF_HEALTH = 32

Refresh = Callable[[GraphCall], Awaitable[Answer]]


class Refreshes:
    """Owns the tasks that renew answers in the background.

    There are few of them for each mailbox and each workload of a tenant, and
    one for each answer; each has a deadline of its own, and none outlives
    `aclose`. A failure is told to operators and to nobody else: the caller
    has been served, and the next one sets off another try.
    """

    def __init__(
        self, patience: float, clock: Clock, telemetry: Telemetry
    ) -> None:
        """Take the seconds that a refresh may last."""
        self._patience = patience
        self._clock = clock
        self._telemetry = telemetry
        self._tasks: dict[CacheKey, asyncio.Task[None]] = {}
        self._load: Counter[ScopeKey] = Counter()
        self._closed = False

    def __len__(self) -> int:
        """Return how many are under way."""
        return len(self._tasks)

    def begin(self, key: CacheKey, call: GraphCall, refresh: Refresh) -> bool:
        """Renew the answer to a call unless that is being done.

        Returns:
            Whether it is now under way. If not, too many others are.
        """
        if key in self._tasks:
            return True
        if self._closed or not self._has_room(call):
            return False
        lanes = {call.scope, call.health}
        self._load.update(lanes)
        task = asyncio.create_task(self._run(self._unattended(call), refresh))
        self._tasks[key] = task
        task.add_done_callback(partial(self._ended, key, lanes))
        return True

    async def aclose(self) -> None:
        """Cancel them all and wait until they have ended."""
        self._closed = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _has_room(self, call: GraphCall) -> bool:
        return (
            self._load[call.scope] < _MOST_OF_SCOPE
            and self._load[call.health] < _MOST_OF_HEALTH
        )

    def _unattended(self, call: GraphCall) -> GraphCall:
        """Return the call without the deadline and the bill of its caller."""
        context = replace(
            call.context,
            deadline=Deadline(self._clock, self._patience),
            costs=Costs(),
        )
        return replace(call, context=context, tally=Tally(), once=True)

    async def _run(self, call: GraphCall, refresh: Refresh) -> None:
        result = "cancelled"
        operation = call.operation.name
        attributes = {"tenant": call.context.tenant, "operation": operation}
        with self._telemetry.span(
            SPAN_REFRESH, attributes, operation=operation
        ):
            try:
                await refresh(call)
                result = "ok"
            except ExchangeError as error:
                result = error.code
                if call.tally.sent:
                    # What stopped it before that tells about itself.
                    self._tell(call, result)
            finally:
                self._telemetry.add(
                    CACHE_REFRESHES, operation=operation, result=result
                )

    def _tell(self, call: GraphCall, outcome: str) -> None:
        self._telemetry.log(
            REFRESH_FAILED,
            tenant=call.context.tenant,
            workload=call.operation.workload,
            operation=call.operation.name,
            outcome=outcome,
            attempts=call.tally.sent,
        )

    def _ended(
        self,
        key: CacheKey,
        lanes: set[ScopeKey],
        task: "asyncio.Task[None]",
    ) -> None:
        del self._tasks[key]
        self._load.subtract(lanes)
        self._load = +self._load
        if not task.cancelled() and (error := task.exception()):
            self._telemetry.log(REFRESH_FAILED, outcome=type(error).__name__)
