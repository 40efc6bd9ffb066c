"""Where requests come in and answers go out."""

from collections.abc import Collection, Iterable, Iterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import Clock
from app.problems.failures import DeadlineExceeded, NotInCache
from app.problems.graph_failures import GraphTimeout
from app.problems.refusals import QuotaExceeded
from app.problems.resources import (
    MailboxAccessDenied,
    MailboxFull,
    NotSupported,
)
from app.routers.middleware.base import HttpMiddleware
from app.routers.scope import LEFT, RequestNotes, begin_notes, route_template
from app.routers.security import SECURE
from app.services.status.history import Request
from app.telemetry.logs import bound_request
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.callers import CALLERS_REFUSED
from app.telemetry.signals.events import ACCESS

__all__ = ["Door"]

_Header = tuple[bytes, bytes]

_SECURE = tuple(
    (name.lower().encode(), v.encode()) for name, v in SECURE.items()
)
_SECURED = {name for name, _ in _SECURE}
_TIMING = b"queue;dur=%.1f, token;dur=%.1f, graph;dur=%.1f, total;dur=%.1f"
_WATCHED = "/v1/"
_FAILED = 500
# What is answered so is no failure of ours, nor of Microsoft's.
_NO_FAILURES = {NotSupported.code, MailboxFull.code, NotInCache.code}
# No failures either, but many of them are something to look at.
_WORTH_TELLING = {MailboxAccessDenied.code, QuotaExceeded.code}
# Who leaves later than that has waited in vain.
_PATIENCE = 1.0
_HALF = 0.5


class Door(HttpMiddleware):
    """Gives each request an id, notes its cost and logs how it ended."""

    def __init__(
        self, app: ASGIApp, *, clock: Clock, telemetry: Telemetry
    ) -> None:
        super().__init__(app)
        self._clock = clock
        self._telemetry = telemetry

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, and its answer out."""
        notes = self.open(scope)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"]
                message["headers"] = self.head(message["status"], given, notes)
            await send(message)

        with bound_request(notes.request_id):
            try:
                await self.app(scope, receive, noted)
            finally:
                self.close(scope, notes)

    def open(self, scope: Scope) -> RequestNotes:
        """Begin to take notes on a request."""
        return begin_notes(scope, self._clock.now())

    def head(
        self, status: int, given: Iterable[_Header], notes: RequestNotes
    ) -> list[_Header]:
        """Note that an answer begins; return its headers and all others'."""
        notes.status = status
        headers = [*given]
        own = {name for name, _ in headers}
        costs, took = notes.costs, self._took(notes)
        spent = (costs.queue * 1000, costs.token * 1000, costs.graph * 1000)
        headers += (
            *(_SECURE if own.isdisjoint(_SECURED) else _others(own)),
            (b"x-request-id", notes.request_id.encode()),
            (b"exchange-graph-calls", b"%d" % costs.graph_calls),
            (b"server-timing", _TIMING % (*spent, took * 1000)),
        )
        if notes.preference_applied:
            applied = notes.preference_applied.encode()
            headers.append((b"preference-applied", applied))
        headers += notes.quota_headers()
        return headers

    def close(self, scope: Scope, notes: RequestNotes) -> None:
        """Tell how a request has ended."""
        took = self._took(notes)
        if notes.refused:
            self._telemetry.add(CALLERS_REFUSED, reason=notes.refused.value)
        if scope["path"].startswith(_WATCHED):
            _remember(scope, notes, took)
        self._telemetry.log(
            ACCESS,
            method=scope["method"],
            route=route_template(scope),
            status=notes.status,
            code=notes.problem,
            duration_ms=round(took * 1000, 1),
            freshness=notes.freshness,
            tenant=notes.tenant,
            caller=notes.caller or None,
            reason=notes.refused,
            attempts=notes.costs.graph_calls,
        )

    def _took(self, notes: RequestNotes) -> float:
        return self._clock.now() - notes.began


def _others(own: Collection[bytes]) -> Iterator[_Header]:
    """Yield those of the headers for security that are not among its own."""
    return (one for one in _SECURE if one[0] not in own)


def _remember(scope: Scope, notes: RequestNotes, took: float) -> None:
    """Have the status page know how a request ended, as its caller saw it."""
    status, code = notes.status, notes.problem
    if status is None:
        return
    if status == LEFT:
        # A write goes on without its caller, unless it was not yet sent.
        if took < _PATIENCE or scope["method"] != "GET":
            return
        code = _waited_for(notes, took)
        status = _FAILED
    is_failed = status >= _FAILED and code not in _NO_FAILURES
    history = scope["state"]["exchange"].status.history
    history.note(
        notes.tenant or "",
        Request(
            took=took,
            code=code if is_failed or code in _WORTH_TELLING else None,
            is_failed=is_failed,
            is_stale=notes.freshness == "stale",
            is_kept=notes.freshness is not None
            and not notes.costs.graph_calls,
        ),
    )


def _waited_for(notes: RequestNotes, took: float) -> str:
    """Return the problem that a caller met who gave up before it was told."""
    costs = notes.costs
    was_here = costs.queue + costs.token > _HALF * took
    is_graph = costs.graph_calls and not was_here
    return GraphTimeout.code if is_graph else DeadlineExceeded.code
