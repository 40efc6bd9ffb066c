"""What the routes that send answer, and how that is described."""

import re
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from app.models.answers import Answer
from app.models.sends import Send
from app.problems.documents import documented
from app.problems.errors import ExchangeError
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import (
    IdentityUnavailable,
    TenantConsentMissing,
    TenantCredentialsRejected,
)
from app.problems.ledger import LedgerUnavailable
from app.problems.refusals import QuotaExceeded
from app.problems.registry import ANY_CALLER, ANY_REQUEST
from app.problems.resources import (
    ItemNotFound,
    MailboxSendLimitReached,
    NotSupported,
    RecipientsRejected,
    SendAsDenied,
    TenantNotFound,
)
from app.routers.answers import answer_with
from app.routers.describe import Kinds, answers, of_mailboxes, of_posts
from app.routers.headers import line_of, preferences
from app.routers.scope import notes_of

__all__ = ["FOLLOWED", "of_outbox", "of_rights", "of_sends", "sending", "told"]

FOLLOWED = """\
Answered when it is in Sent Items, as a rule within a second or two; \
`verifying` if Graph has taken it and it was not to be seen there yet. What \
takes longer than `Prefer: wait=N` (30 seconds without it), because Graph is \
slow, throttling or down, is **not** lost: 202 says that it was written down \
and goes out by itself, once, as soon as that is possible, even if this \
service is restarted. `Prefer: respond-async` does not wait at all. What is \
sent for a user goes out with the user's own rights: if the token for them \
has ended before Graph is back, it waits until the user calls again, for a day.

`Location` is where to follow it: `GET` tells how far it is, `DELETE` takes \
it back and `PATCH` sets another time, while it has not left. Messages of one \
mailbox go out in the order in which they were handed in.

If the outcome is `unknown`, nobody could find out whether it was sent: \
repeat the request with the same `Idempotency-Key`, and it is looked for \
before anything is sent; without a key, look into Sent Items first."""
"""What all operations that send say of themselves."""

of_sends = (SendAsDenied, RecipientsRejected, MailboxSendLimitReached)
"""What sending can raise, beside what any write does."""

of_rights = (
    NotSupported,
    TenantCredentialsRejected,
    TenantConsentMissing,
    IdentityUnavailable,
    DeadlineExceeded,
)
"""What is raised where a user's token must last until a message leaves."""

_DONE = "It is in Sent Items, or Graph has taken it (`verifying`)."
_GOES_ON = (
    "It was written down and goes on by itself; nobody has to ask again."
    " `Location` is where to follow it, to cancel it and to set another time."
)
_OF_MAILBOX = re.compile(r"(.*?/mailboxes/[^/]+)/")


def told(request: Request, answer: Answer, done: int) -> Response:
    """Return how a sending goes: with status ``done``, or 202 if it goes on.

    ``Location`` is where to follow it: what was made is the sending, not the
    message (RFC 9110 §15.3.2 and §15.3.3).
    """
    response = answer_with(request, answer, done)
    found = _OF_MAILBOX.match(request.url.path)
    mailbox = found[1] if found else ""
    response.headers["Location"] = f"{mailbox}/sends/{answer.created}"
    asked = preferences(line_of(request.headers, "prefer"))
    if answer.goes_on and asked.respond_async:
        notes = notes_of(request.scope)
        applied = ("respond-async", notes.preference_applied)
        notes.preference_applied = ", ".join(filter(None, applied))
    return response


def sending(status: int, *kinds: Kinds) -> dict[int | str, dict[str, Any]]:
    """Describe a route that sends: its answers and its problems."""
    done = {"model": Send, "description": _DONE}
    goes_on = {"model": Send, "description": _GOES_ON}
    described = answers(Send, of_mailboxes, of_posts, of_sends, *kinds)
    del described[HTTPStatus.OK]
    return described | {status: done, int(HTTPStatus.ACCEPTED): goes_on}


def of_outbox(
    model: Any, *kinds: type[ExchangeError]
) -> dict[int | str, dict[str, Any]]:
    """Describe a route that asks the ledger and not Graph.

    Without a model it has nothing to say but problems.
    """
    always = (TenantNotFound, QuotaExceeded, ItemNotFound, LedgerUnavailable)
    described = documented(ANY_REQUEST, ANY_CALLER, always, kinds)
    return described if model is None else described | {200: {"model": model}}
