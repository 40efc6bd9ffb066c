"""Policy: each request bears a valid token."""

from msgspec.structs import replace

from app.clock import Clock
from app.gateway.calls import GraphCall, Reply, Send
from app.gateway.policies.waiting import Waits
from app.gateway.rights import Rights
from app.problems.graph_failures import TokenRejected
from app.telemetry.recorder import Telemetry

__all__ = ["Token", "TokenFirst"]


class TokenFirst:
    """Sees that there is a token, before anything is waited for or held.

    Entra ID may hang, for one user or for all: who has a token must not stand
    behind those who wait for theirs.
    """

    def __init__(
        self, rights: Rights, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._rights = rights
        self._waits = Waits(clock, telemetry)

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Pass the call on when there is a token for it."""
        if call.elsewhere is None:
            with self._waits.told(call, "token"):
                await self._rights.token(call.context)
        return await send(call)


class Token:
    """Adds a token of whoever asks; renews it once if Graph rejects it.

    That counts as no retry: a rejected request was not looked at. A claims
    challenge (continuous access evaluation) is answered the same way; what
    only the user can answer is passed on to the caller.
    """

    def __init__(
        self, rights: Rights, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._rights = rights
        self._waits = Waits(clock, telemetry)

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call with a token, and once more with another."""
        if call.elsewhere is not None:
            # Tokens are for Graph alone.
            return await send(call)
        with self._waits.told(call, "token"):
            token = await self._rights.token(call.context)
        try:
            return await send(replace(call, token=token))
        except TokenRejected as rejection:
            with self._waits.told(call, "token"):
                fresh = await self._rights.renewed(
                    call.context, token, rejection
                )
        try:
            return await send(replace(call, token=fresh))
        except TokenRejected as rejection:
            raise self._rights.refusal(call.context, rejection) from rejection
