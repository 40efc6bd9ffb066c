"""Policy: each request bears a valid token."""

from dataclasses import replace

from app.clock import Clock
from app.gateway.calls import GraphCall, Reply, Send
from app.gateway.policies.waiting import Waits
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
        self._waits = Waits(clock, telemetry)

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call with a token, and once more with another."""
        if call.elsewhere is not None:
            # Tokens are for Graph alone.
            return await send(call)
        tenant = call.context.tenant
        with self._waits.told(call, "token"):
            token = await self._tokens.token(tenant, call.deadline)
        try:
            return await send(replace(call, token=token))
        except TokenRejected as error:
            with self._waits.told(call, "token"):
                fresh = await self._tokens.renewed(
                    tenant,
                    rejected=token,
                    claims=error.claims,
                    deadline=call.deadline,
                )
            if fresh is None:
                raise
        return await send(replace(call, token=fresh))
