"""Policies: everybody heeds the ``Retry-After`` that one was given.

Whoever calls on regardless is refused again, and Graph extends the wait. So
a refusal closes the gate for all who would ask for the same mailbox.
"""

from app.clock import Clock
from app.gateway.calls import GraphCall, Reply, Send
from app.gateway.policies.gates import Gates
from app.gateway.policies.waiting import Waits
from app.problems.errors import ExchangeError, Outcome
from app.problems.graph_failures import GraphThrottled
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import GATE_CLOSED

__all__ = ["Gate", "LastLook"]


class _ClosedMeanwhile(Exception):
    """The gate was closed while a call waited for something behind it."""


class Gate:
    """Holds calls back while their gate is closed.

    A call that has not the time to wait is refused at once, with the time
    that is left.
    """

    def __init__(
        self,
        gates: Gates,
        *,
        longest_wait: float,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._gates = gates
        self._longest_wait = longest_wait
        self._waits = Waits(clock, telemetry)
        self._telemetry = telemetry

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call when the gate is open."""
        while True:
            await self._wait_until_open(call)
            try:
                reply = await send(call)
            except _ClosedMeanwhile:
                continue
            except ExchangeError as error:
                await self._close_if_told(call, error)
                raise
            # Accepted, but not without a hint: mail that is sent too fast.
            if reply.retry_after:
                await self._close(call, reply.retry_after)
            return reply

    async def look(self, call: GraphCall) -> float:
        """Return the seconds for which a call would have to wait.

        Raises:
            GraphThrottled: It has not the time.
        """
        left = await self._gates.closed_for(call.scope)
        if left > 0 and (
            left > self._longest_wait or left >= call.deadline.left()
        ):
            raise GraphThrottled(
                "Microsoft Graph has asked for a pause of another"
                f" {left:.0f} seconds.",
                retry_after=left,
            )
        return left

    async def _wait_until_open(self, call: GraphCall) -> None:
        while (left := await self.look(call)) > 0:
            await self._waits.sleep(call, "gate", left)

    async def _close_if_told(
        self, call: GraphCall, error: ExchangeError
    ) -> None:
        refused = error.upstream and error.outcome is Outcome.NOT_PERFORMED
        if refused and error.transient and error.retry_after:
            await self._close(call, error.retry_after)
        left = await self._gates.closed_for(call.scope)
        # Others may have been told to stay away for longer.
        if error.retryable and left > (error.retry_after or 0.0):
            error.retry_after = left

    async def _close(self, call: GraphCall, seconds: float) -> None:
        await self._gates.close(call.scope, seconds)
        self._telemetry.log(
            GATE_CLOSED,
            tenant=call.context.tenant,
            workload=call.operation.workload,
            retry_after_s=seconds,
            mailbox_hash=self._telemetry.pseudonym(call.mailbox),
        )


class LastLook:
    """Looks once more, right before the request goes out.

    Since a call passed the gate it may have waited for a permit and for a
    token; if the gate was closed meanwhile, it goes back and waits there.
    """

    def __init__(self, gates: Gates) -> None:
        self._gates = gates

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call if the gate is still open."""
        if await self._gates.closed_for(call.scope) > 0:
            raise _ClosedMeanwhile
        return await send(call)
