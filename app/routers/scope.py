"""What the service notes down about a request, from first byte to last."""

import re
from collections.abc import Callable, Sequence
from random import getrandbits
from typing import Any

from msgspec import Struct, field
from starlette.datastructures import Headers
from starlette.types import Scope

from app.callers.identity import Identity
from app.models.context import Costs, Criticality
from app.problems.callers import CallerUnauthenticated
from app.problems.errors import Outcome
from app.problems.reasons import Reason
from app.routers.headers import line_of

__all__ = [
    "LEFT",
    "RequestNotes",
    "begin_notes",
    "headers_of",
    "id_for",
    "notes_of",
    "route_template",
    "status_sent",
]

LEFT = 499
"""What is noted as the status where a caller left first, as nginx does."""

_KEY = "exchange.notes"
_SANE_ID = re.compile(r"[A-Za-z0-9._~+/=:-]{1,128}")


class HeadersByName(Headers):
    """Headers that are not gone through for each that is looked up.

    Names are asked for in lower case, as ASGI has them.
    """

    def __init__(self, given: Sequence[tuple[bytes, bytes]]) -> None:
        self._list = list(given)
        text = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in given]
        self._first = dict(reversed(text))
        self._lines = text if len(self._first) < len(text) else None

    def getlist(self, key: str) -> list[str]:
        """Return the lines that a header has."""
        if self._lines is not None:
            return [value for name, value in self._lines if name == key]
        return [self._first[key]] if key in self._first else []

    def line(self, key: str) -> str | None:
        """Return what `line_of` does, at once where there is one line."""
        if self._lines is not None:
            return line_of(self, key)
        return self._first.get(key) or None

    def get(self, key: str, default: Any = None) -> Any:
        """Return the first line that a header has."""
        return self._first.get(key, default)

    def __getitem__(self, key: str) -> str:
        return self._first[key]

    def __contains__(self, key: object) -> bool:
        return key in self._first


class RequestNotes(Struct):
    """Notes on one request.

    Attributes:
        request_id: The caller's, if it is sane, or one made up.
        began: When it came in, in seconds of the clock.
        headers: Its headers, by name.
        caller: The name of who made it; empty where nobody looks.
        identity: Who that is; None where nobody looks.
        refused: Why its caller was refused, if that was the reason.
        tenant: The tenant that it is about, once that is known.
        mailbox: The mailbox, by the name by which limits know it.
        targets: The ids that it names in its body, if it is to change them.
        undone: Those of them that were not changed, as far as is known.
        costs: What it has cost so far.
        status: The status of its answer, once that has begun.
        problem: The code of the problem that it was answered with.
        outcome: What became of the work, as that problem says.
        freshness: What its header ``Exchange-Freshness`` says.
        preference_applied: What its header ``Preference-Applied`` says.
        criticality: How much it matters that it is served now.
        quota_headers: Tells what is left of the caller's quota.
    """

    request_id: str
    began: float
    headers: HeadersByName
    caller: str = ""
    identity: Identity | None = None
    refused: Reason | None = None
    tenant: str | None = None
    mailbox: str | None = None
    targets: Sequence[str] = ()
    undone: Sequence[str] = ()
    costs: Costs = field(default_factory=Costs)
    status: int | None = None
    problem: str | None = None
    outcome: Outcome | None = None
    freshness: str | None = None
    preference_applied: str | None = None
    criticality: Criticality = Criticality.INTERACTIVE
    quota_headers: Callable[[], Sequence[tuple[bytes, bytes]]] = tuple

    def identified(self) -> Identity:
        """Return who makes the request.

        Raises:
            CallerUnauthenticated: Nobody knows.
        """
        if self.identity is None:
            raise CallerUnauthenticated
        return self.identity


def begin_notes(scope: Scope, now: float) -> RequestNotes:
    """Open the notes on a request."""
    headers = HeadersByName(scope["headers"])
    request_id = id_for(headers.get("x-request-id", ""))
    notes = RequestNotes(request_id, now, headers)
    scope[_KEY] = notes
    return notes


def id_for(given: str) -> str:
    """Return the id of a request: its caller's, or one made up."""
    if given and _SANE_ID.fullmatch(given):
        return given
    # Nobody is to be kept from guessing it, and this takes no system call.
    return f"{getrandbits(128):032x}"


def notes_of(scope: Scope) -> RequestNotes:
    """Return the notes on a request."""
    notes: RequestNotes = scope[_KEY]
    return notes


def headers_of(scope: Scope) -> HeadersByName:
    """Return the headers of a request, where to look one up is quick."""
    return notes_of(scope).headers


def route_template(scope: Scope) -> str | None:
    """Return the template of the path, without what stands in it."""
    return getattr(scope.get("route"), "path", None)


def status_sent(scope: Scope) -> int | None:
    """Return the status of the answer, None if none was begun."""
    notes: RequestNotes | None = scope.get(_KEY)
    if notes is None or notes.status == LEFT:
        return None
    return notes.status
