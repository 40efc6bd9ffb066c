"""Routes for mail folders."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.fields import Flag
from app.models.folders import FolderPatch, NewFolder
from app.models.mail import Folder, FolderPage
from app.models.queries import FolderQuery
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
from app.routers.parameters import FolderId
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/folders",
    tags=["folders"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(FolderPage, of_mailboxes, of_lists),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_folders(
    request: Request,
    where: Where,
    wanted: Annotated[FolderQuery, Query()],
) -> Response:
    """List the folders at the top of a mailbox, or those of a parent.

    With a `depth` the folders in them follow each folder; `path` tells where
    they stand.
    """
    return answer_with(
        request, await services(request).folders.list_folders(where, wanted)
    )


@router.post(
    "",
    status_code=201,
    responses=answers(
        Folder, of_mailboxes, of_posts, of_bodies, (FolderExists,), status=201
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def create_folder(
    request: Request, where: Where, folder: NewFolder, intent: Intended
) -> Response:
    """Create a folder."""
    answer = await services(request).folder_changes.create_folder(
        where, folder, intent
    )
    return created_at(request, answer, f"{request.url.path}/{{id}}")


@router.get(
    "/{folder}",
    responses=answers(Folder, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_folder(
    request: Request, where: Where, folder: FolderId
) -> Response:
    """Get a folder by its id or by its well-known name."""
    return answer_with(
        request, await services(request).folders.get_folder(where, folder)
    )


@router.patch(
    "/{folder}",
    responses=answers(
        Folder, of_mailboxes, of_writes, of_bodies, (FolderExists,)
    ),
    openapi_extra=asks("If-Match"),
)
async def update_folder(
    request: Request,
    where: Where,
    folder: FolderId,
    patch: FolderPatch,
    etag: IfMatch,
) -> Response:
    """Rename or move a folder by a JSON merge patch (RFC 7396).

    The folders that Exchange itself needs stay as they are: 409.
    """
    answer = await services(request).folder_changes.update_folder(
        where, folder, patch, etag
    )
    return answer_with(request, answer)


@router.delete(
    "/{folder}",
    status_code=204,
    responses=nothing(of_mailboxes, of_writes),
    openapi_extra=asks("If-Match"),
)
async def delete_folder(
    request: Request,
    where: Where,
    folder: FolderId,
    etag: IfMatch,
    *,
    permanent: Annotated[
        Flag, Query(description="Beyond what its owner can recover.")
    ] = False,
) -> Response:
    """Move a folder to Deleted Items, or delete it for good.

    One that lies in Deleted Items already is removed from sight. The folders
    that Exchange itself needs stay where they are: 409.
    """
    changes = services(request).folder_changes
    delete = changes.purge_folder if permanent else changes.delete_folder
    await delete(where, folder, etag)
    return no_content()
