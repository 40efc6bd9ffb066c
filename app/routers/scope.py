"""What the service notes down about a request, from first byte to last."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import Scope

from app.callers.identity import Identity
from app.models.context import Costs, Criticality
from app.problems.errors import Outcome
from app.problems.reasons import Reason

__all__ = ["RequestNotes", "begin_notes", "notes_of", "route_template"]

_KEY = "exchange.notes"
_SANE_ID = re.compile(r"[A-Za-z0-9._~+/=:-]{1,128}")


@dataclass(slots=True)
class RequestNotes:
    """Notes on one request.

    Attributes:
        request_id: The caller's, if it is sane, or one made up.
        began: When it came in, in seconds of the clock.
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
    quota_headers: Callable[[], Mapping[str, str]] = dict


def begin_notes(scope: Scope, now: float) -> RequestNotes:
    """Open the notes on a request."""
    given = Headers(scope=scope).get("x-request-id", "")
    request_id = given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex
    notes = RequestNotes(request_id, now)
    scope[_KEY] = notes
    return notes


def notes_of(scope: Scope) -> RequestNotes:
    """Return the notes on a request."""
    notes: RequestNotes = scope[_KEY]
    return notes


def route_template(scope: Scope) -> str | None:
    """Return the template of the path, without what stands in it."""
    return getattr(scope.get("route"), "path", None)
