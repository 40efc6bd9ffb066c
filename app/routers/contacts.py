"""Routes for contacts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.contact_input import ContactPatch, ContactQuery, NewContact
from app.models.contacts import Contact, ContactPage
from app.problems.resources import QueryTooComplex
from app.routers.answers import answer_with, created_at, no_content
from app.routers.dependencies import IfMatch, Intended, Where, services
from app.routers.describe import (
    answers,
    asks,
    nothing,
    of_bodies,
    of_lists,
    of_mailboxes,
    of_posts,
    of_reads,
    of_writes,
)
from app.routers.parameters import ContactId
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/contacts",
    tags=["contacts"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(ContactPage, of_mailboxes, of_lists, (QueryTooComplex,)),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_contacts(
    request: Request, where: Where, wanted: Annotated[ContactQuery, Query()]
) -> Response:
    """List contacts by their names."""
    answer = await services(request).contacts.list_contacts(where, wanted)
    return answer_with(request, answer)


@router.post(
    "",
    status_code=201,
    responses=answers(Contact, of_mailboxes, of_posts, of_bodies, status=201),
    openapi_extra=asks("Idempotency-Key"),
)
async def create_contact(
    request: Request, where: Where, contact: NewContact, intent: Intended
) -> Response:
    """Make a contact, once.

    Exchange has room for three mail addresses, two business and two home
    numbers, one mobile number, and one postal address of each kind; more is
    refused.
    """
    answer = await services(request).contacts.create_contact(
        where, contact, intent
    )
    return created_at(request, answer, f"{request.url.path}/{{id}}")


@router.get(
    "/{contact}",
    responses=answers(Contact, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_contact(
    request: Request, where: Where, contact: ContactId
) -> Response:
    """Get a contact, whichever folder it is in."""
    answer = await services(request).contacts.get_contact(where, contact)
    return answer_with(request, answer)


@router.patch(
    "/{contact}",
    responses=answers(Contact, of_mailboxes, of_writes, of_bodies),
    openapi_extra=asks("If-Match"),
)
async def update_contact(
    request: Request,
    where: Where,
    contact: ContactId,
    patch: ContactPatch,
    etag: IfMatch,
) -> Response:
    """Change a contact by a JSON merge patch (RFC 7396).

    When a part of the name changes, Exchange makes a new display name of the
    parts, unless the patch gives one.
    """
    answer = await services(request).contacts.update_contact(
        where, contact, patch, etag
    )
    return answer_with(request, answer)


@router.delete(
    "/{contact}",
    status_code=204,
    responses=nothing(of_mailboxes, of_writes),
    openapi_extra=asks("If-Match"),
)
async def delete_contact(
    request: Request, where: Where, contact: ContactId, etag: IfMatch
) -> Response:
    """Move a contact to Deleted Items."""
    await services(request).contacts.delete_contact(where, contact, etag)
    return no_content()
