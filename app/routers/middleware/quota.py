"""How much each caller may ask."""

from collections.abc import Sequence
from math import ceil

from starlette.types import Message, Receive, Scope, Send

from app.callers.account import Standing
from app.callers.caller import Caller
from app.callers.quotas import Quotas, Visit
from app.routers.middleware.base import HttpMiddleware
from app.routers.scope import notes_of

__all__ = ["CallerQuota"]

_COUNTED = "/v1/"


class CallerQuota(HttpMiddleware):
    """Refuses callers beyond their quota, and tells all what is left.

    Only what may cost something counts: health, documentation and whatever
    operators need answer always.
    """

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request at its caller's expense."""
        if not scope["path"].startswith(_COUNTED):
            await self.app(scope, receive, send)
            return
        with self.visit(scope) as visit:

            async def settled(message: Message) -> None:
                visit.settle()
                await send(message)

            await self.app(scope, receive, settled)

    def visit(self, scope: Scope) -> Visit:
        """Begin a visit of who calls, whose end is that of the context.

        Raises:
            CallerUnauthenticated: Nobody knows who calls.
            QuotaExceeded: Who calls has used up what it may.
        """
        quotas: Quotas = scope["state"]["exchange"].quotas
        notes = notes_of(scope)
        caller = notes.identified().caller
        # Read when the answer begins, which may be a refusal of ours.
        notes.quota_headers = lambda: _headers(caller, quotas.standing(caller))
        visit = quotas.visit(caller, notes.costs)
        notes.quota_headers = lambda: _headers(caller, visit.standing())
        return visit


def _headers(
    caller: Caller, standing: Standing | None
) -> Sequence[tuple[bytes, bytes]]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers-10."""
    quota = caller.quota
    if quota is None or standing is None:
        return ()
    left = (standing.remaining, ceil(standing.seconds))
    return (
        (
            b"ratelimit-policy",
            b'"default";q=%d;w=%d' % (quota.requests, ceil(quota.window)),
        ),
        (b"ratelimit", b'"default";r=%d;t=%d' % left),
    )
