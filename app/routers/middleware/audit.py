"""Who changed what."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems.errors import Outcome
from app.routers.guarded import GuardedRoute
from app.routers.middleware.base import HttpMiddleware
from app.routers.parameters import decoded
from app.routers.scope import LEFT, RequestNotes, notes_of
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.callers import AUDIT

__all__ = ["Audit"]

_SAFE = {"GET", "HEAD", "OPTIONS"}
_READING = ".read"
_ID = re.compile(r"[\w+/=.-]{1,512}", re.ASCII)
_NO_IDS = {"mailbox", "tenant"}
_BELOW_FAILURES = 300
# The answer tells that it goes on, or what became of each part.
_AS_TOLD = {202: "accepted", 207: "see_parts"}


class Audit(HttpMiddleware):
    """Tells of each request that writes: once, when it has ended.

    However that comes: an answer, a refusal before anybody knew who asks, an
    error that nobody thought of, a caller that left, or the end of the
    process.
    """

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        super().__init__(app)
        self._telemetry = telemetry

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell how it ended if it writes."""
        if scope["method"] in _SAFE:
            await self.app(scope, receive, send)
            return
        headers: dict[str, str] = {}

        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers.update(Headers(raw=message["headers"]))
            await send(message)

        try:
            await self.app(scope, receive, heard)
        finally:
            route, in_path = _asked(scope)
            if route is not None and _writes(route):
                self._tell(scope, route.name, in_path, headers)

    def _tell(
        self,
        scope: Scope,
        operation: str,
        in_path: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> None:
        notes, hashed = notes_of(scope), self._telemetry.pseudonym
        user = notes.identity.user if notes.identity else None
        named = {name: str(decoded(text)) for name, text in in_path.items()}
        in_names = [t for name, t in named.items() if name not in _NO_IDS]
        tenant = notes.tenant or named.get("tenant")
        served = scope["state"]["exchange"].tenants
        mailbox = notes.mailbox or named.get("mailbox")
        self._telemetry.log(
            AUDIT,
            operation=operation,
            caller=notes.caller or None,
            user=hashed(user.object_id) if user else None,
            tenant=tenant if tenant in served else None,
            mailbox_hash=hashed(mailbox.lower()) if mailbox else None,
            target=[*_ids(in_names), *_ids(notes.targets)] or None,
            undone=list(_ids(notes.undone)) or None,
            made=_made(headers),
            outcome=_outcome(notes),
            status=notes.status,
            code=notes.problem,
            replayed="idempotent-replayed" in headers or None,
        )


def _asked(scope: Scope) -> tuple[GuardedRoute | None, Mapping[str, Any]]:
    """Return which route a request is for, and what its path names.

    Whoever was refused on the way there never reached the router.
    """
    for route in scope["app"].routes:
        if isinstance(route, GuardedRoute):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return route, found["path_params"]
    return None, {}


def _writes(route: GuardedRoute) -> bool:
    """Tell whether a route changes anything; some are asked with a POST."""
    return any(not role.endswith(_READING) for role in route.needed)


def _ids(named: Iterable[str]) -> Iterator[str]:
    """Yield the ids that are named; a caller may have put in anything."""
    for text in named:
        yield text if _ID.fullmatch(text) else "-"


def _made(headers: Mapping[str, str]) -> str | None:
    """Return the id of what was made, by where it is."""
    return unquote(headers.get("location", "").rpartition("/")[2]) or None


def _outcome(notes: RequestNotes) -> str:
    """Return what became of the work, as far as anybody knows."""
    if notes.outcome is not None:
        return notes.outcome
    status = notes.status
    if status == LEFT and not notes.costs.graph_calls:
        # It left before it had said what it wants.
        return Outcome.NOT_PERFORMED
    if status is None or status >= _BELOW_FAILURES:
        return Outcome.UNKNOWN
    return _AS_TOLD.get(status, Outcome.PERFORMED)
