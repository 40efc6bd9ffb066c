"""Ask Graph now and then how it is, where nobody else asks it."""

import asyncio
from collections.abc import Awaitable, Callable

from app.clock import Clock, Deadline
from app.gateway.vitals import Vitals
from app.models.context import APP, CallContext, Criticality
from app.problems.errors import ExchangeError
from app.telemetry.places import innermost_line
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import INTERNAL_ERROR

__all__ = ["Probe", "Probes"]

_QUIET = 30.0

Probe = Callable[[CallContext], Awaitable[None]]
"""Makes one cheap call to Graph."""


class Probes:
    """Makes one cheap call for a tenant that nothing was heard of lately.

    There is one in 30 seconds for each tenant at most, and only when somebody
    wants to know. It takes the way of all calls, after all others, and is
    never repeated; what comes of it stands in the vital signs. Nobody waits
    for it.
    """

    def __init__(
        self,
        probe: Probe,
        vitals: Vitals,
        patience: float,
        *,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        """Take the seconds that a probe may last."""
        self._probe = probe
        self._vitals = vitals
        self._patience = patience
        self._clock = clock
        self._telemetry = telemetry
        self._began: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, tenant: str) -> None:
        """Set off a probe, if one is due."""
        now = self._clock.now()
        heard = self._vitals.heard(tenant)
        last = self._began.get(tenant, -_QUIET)
        if now - last < _QUIET or (heard is not None and heard < _QUIET):
            return
        self._began[tenant] = now
        task = asyncio.create_task(self._run(tenant))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def aclose(self) -> None:
        """End those that are under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, tenant: str) -> None:
        context = CallContext(
            tenant=tenant,
            principal=APP,
            deadline=Deadline(self._clock, self._patience),
            request_id="probe",
            criticality=Criticality.BACKFILL,
        )
        try:
            await self._probe(context)
        except ExchangeError:
            # Told by who makes the call, as all failures are.
            return

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._telemetry.log(
                INTERNAL_ERROR,
                error=type(error).__name__,
                where=innermost_line(error),
            )
