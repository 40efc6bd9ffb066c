"""Policy: each request bears a valid token."""

from dataclasses import replace

from app.clock import Clock
from app.gateway.calls import GraphCall, Reply, Send
from app.gateway.policies.waiting import note_wait
from app.problems.graph_failures import TokenRejected
from app.telemetry.recorder import Telemetry
from app.transport.tokens import TokenSource

__all__ = ["Token"]


class Token:
    """Adds the tenant's token; renews it once if Graph rejects it.

    That counts as no retry: a rejected request was not looked at. A claims
    challenge (continuous access evaluation) is answered the same way.
    """

    def __init__(
        self, tokens: TokenSource, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._tokens = tokens
        self._clock = clock
        self._telemetry = telemetry

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call with a token, and once more with another."""
        if call.elsewhere is not None:
            # Tokens are for Graph alone.
            return await send(call)
        tenant = call.context.tenant
        began = self._clock.now()
        token = await self._tokens.token(tenant, call.deadline)
        self._waited(call, began)
        try:
            return await send(replace(call, token=token))
        except TokenRejected as error:
            began = self._clock.now()
            fresh = await self._tokens.renewed(
                tenant,
                rejected=token,
                claims=error.claims,
                deadline=call.deadline,
            )
            self._waited(call, began)
            if fresh is None:
                raise
        return await send(replace(call, token=fresh))

    def _waited(self, call: GraphCall, began: float) -> None:
        seconds = self._clock.now() - began
        if seconds <= 0:
            return
        note_wait(self._telemetry, call, "token", seconds)
        call.context.costs.token += seconds
