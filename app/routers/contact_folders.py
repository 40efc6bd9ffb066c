"""Routes for contact folders."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.contact_input import ContactFolderPatch, NewContactFolder
from app.models.contacts import ContactFolder, ContactFolderPage
from app.models.queries import Paging
from app.problems.resources import FolderExists
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
from app.routers.parameters import ContactFolderId
from app.routers.route import StrictRoute

__all__ = ["router"]

_taken = (FolderExists,)

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/contact-folders",
    tags=["contacts"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(ContactFolderPage, of_mailboxes, of_lists),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_contact_folders(
    request: Request, where: Where, page: Annotated[Paging, Query()]
) -> Response:
    """List the contact folders beside the default one.

    The default one is `contacts`; Exchange does not list it.
    """
    answer = await services(request).contact_folders.list_folders(where, page)
    return answer_with(request, answer)


@router.post(
    "",
    status_code=201,
    responses=answers(
        ContactFolder, of_mailboxes, of_posts, of_bodies, _taken, status=201
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def create_contact_folder(
    request: Request,
    where: Where,
    folder: NewContactFolder,
    intent: Intended,
) -> Response:
    """Make a contact folder, once."""
    answer = await services(request).contact_folders.create_folder(
        where, folder, intent
    )
    return created_at(request, answer, f"{request.url.path}/{{id}}")


@router.get(
    "/{folder}",
    responses=answers(ContactFolder, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_contact_folder(
    request: Request, where: Where, folder: ContactFolderId
) -> Response:
    """Get a contact folder."""
    return answer_with(
        request,
        await services(request).contact_folders.get_folder(where, folder),
    )


@router.patch(
    "/{folder}",
    responses=answers(
        ContactFolder, of_mailboxes, of_writes, of_bodies, _taken
    ),
    openapi_extra=asks("If-Match"),
)
async def update_contact_folder(
    request: Request,
    where: Where,
    folder: ContactFolderId,
    patch: ContactFolderPatch,
    etag: IfMatch,
) -> Response:
    """Rename a contact folder."""
    answer = await services(request).contact_folders.update_folder(
        where, folder, patch, etag
    )
    return answer_with(request, answer)


@router.delete(
    "/{folder}",
    status_code=204,
    responses=nothing(of_mailboxes, of_writes),
    openapi_extra=asks("If-Match"),
)
async def delete_contact_folder(
    request: Request, where: Where, folder: ContactFolderId, etag: IfMatch
) -> Response:
    """Delete a contact folder and all contacts in it."""
    await services(request).contact_folders.delete_folder(where, folder, etag)
    return no_content()
