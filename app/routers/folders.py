"""Routes for mail folders."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.mail import Folder, FolderPage
from app.models.queries import FolderQuery
from app.routers.answers import answer_with
from app.routers.dependencies import Where, services
from app.routers.describe import (
    answers,
    asks,
    of_lists,
    of_mailboxes,
    of_reads,
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
    """List the folders at the top of a mailbox, or those of a parent."""
    return answer_with(
        request, await services(request).folders.list_folders(where, wanted)
    )


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
