"""What route handlers may ask for."""

from typing import Annotated

from fastapi import Depends, Request

from app.callers.authorization import (
    check_mailbox,
    mailbox_of,
    tenant_of,
)
from app.callers.identity import Identity
from app.callers.mailbox_rules import is_by_domain
from app.clock import Deadline
from app.models.context import APP, CallContext, InMailbox
from app.routers.headers import (
    cache_control,
    idempotency_key,
    if_match,
    preferences,
)
from app.routers.parameters import MailboxInPath
from app.routers.scope import RequestNotes, notes_of
from app.services.once import Intent
from app.services.state import AppState

__all__ = [
    "Asked",
    "IfMatch",
    "Intended",
    "Where",
    "context_of",
    "find_place",
    "identity_of",
    "make_context",
    "place_of",
    "services",
]

_LONGEST_WAIT = 120.0


def services(request: Request) -> AppState:
    """Return what the application shares with every request."""
    state: AppState = request.scope["state"]["exchange"]
    return state


def identity_of(request: Request) -> Identity:
    """Return who makes a request.

    Raises:
        CallerUnauthenticated: Nobody knows.
    """
    return notes_of(request.scope).identified()


async def context_of(request: Request) -> CallContext:
    """See `make_context`."""
    return make_context(services(request), notes_of(request.scope))


def make_context(state: AppState, notes: RequestNotes) -> CallContext:
    """Return who asks, by when, and what will do.

    Raises:
        CallerForbidden: The caller may not use the tenant.
        CallerUnauthenticated: Nobody knows who calls.
        MalformedRequest: It is not clear which tenant is meant.
        TenantNotFound: There is none of that name.
    """
    identity, headers = notes.identified(), notes.headers
    wait, respond_async = preferences(headers.line("prefer"))
    if wait is not None:
        wait = min(wait, _LONGEST_WAIT)
        notes.preference_applied = f"wait={wait:.0f}"
    named = headers.line("exchange-tenant")
    tenant = notes.tenant = tenant_of(identity, named, state.tenants)
    user = identity.user
    seconds = state.total_timeout if wait is None else wait
    return CallContext(
        tenant=tenant,
        principal=user.object_id if user else APP,
        on_behalf_of=user.assertion if user else None,
        deadline=Deadline(state.clock, seconds),
        request_id=notes.request_id,
        caller=notes.caller,
        cache=cache_control(headers.line("cache-control")),
        criticality=notes.criticality,
        respond_async=respond_async and wait is None,
        costs=notes.costs,
    )


Asked = Annotated[CallContext, Depends(context_of)]


async def place_of(
    request: Request, asked: Asked, mailbox: MailboxInPath
) -> InMailbox:
    """See `find_place`."""
    notes = notes_of(request.scope)
    return await find_place(services(request), notes, asked, mailbox)


async def find_place(
    state: AppState, notes: RequestNotes, asked: CallContext, mailbox: str
) -> InMailbox:
    """Return the mailbox that is meant, if the caller may use it.

    Raises:
        CallerForbidden: The caller may not.
        ExchangeError: There is none, or nobody can tell which it is.
    """
    identity, mailboxes = notes.identified(), state.mailboxes
    where = mailboxes.find(asked, mailbox_of(identity, mailbox))
    notes.mailbox = where.mailbox
    check_mailbox(identity, where.asked_as, where.mailbox)
    if is_by_domain(identity.mailboxes, where.asked_as):
        primary = await mailboxes.primary(where)
        where = mailboxes.find(asked, where.asked_as)
        notes.mailbox = where.mailbox
        check_mailbox(identity, where.asked_as, primary or "")
    return where


async def _if_match(request: Request) -> str | None:
    lines = request.headers.getlist("if-match")
    # An empty one is not the same as none: what is asked for is not clear.
    return if_match(", ".join(lines) if lines else None)


async def _intent(request: Request, mailbox: MailboxInPath) -> Intent:
    return Intent(
        operation=request.scope["route"].name,
        # However the mailbox is spelled, it is the same request.
        path=request.url.path.replace(mailbox, mailbox.lower(), 1),
        body=await request.body(),
        key=idempotency_key(request.headers.getlist("idempotency-key")),
    )


Where = Annotated[InMailbox, Depends(place_of)]
IfMatch = Annotated[str | None, Depends(_if_match)]
Intended = Annotated[Intent, Depends(_intent)]
