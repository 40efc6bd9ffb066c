"""Routes for categories."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.categories import (
    CategoryPage,
    CategoryPatch,
    MailboxCategory,
    NewCategory,
)
from app.models.queries import Paging
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
from app.routers.parameters import CategoryId
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/categories",
    tags=["settings"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(CategoryPage, of_mailboxes, of_lists),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_categories(
    request: Request, where: Where, page: Annotated[Paging, Query()]
) -> Response:
    """List the categories that a mailbox has, with their colors.

    Items may bear others: nothing keeps a name out that is not in the list.
    """
    return answer_with(
        request,
        await services(request).categories.list_categories(where, page),
    )


@router.post(
    "",
    status_code=201,
    responses=answers(
        MailboxCategory, of_mailboxes, of_posts, of_bodies, status=201
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def create_category(
    request: Request, where: Where, wanted: NewCategory, intent: Intended
) -> Response:
    """Make a category, whose name must not be there in any case of letters."""
    answer = await services(request).categories.create_category(
        where, wanted, intent
    )
    return created_at(request, answer, f"{request.url.path}/{{id}}")


@router.get(
    "/{category}",
    responses=answers(MailboxCategory, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_category(
    request: Request, where: Where, category: CategoryId
) -> Response:
    """Get a category."""
    return answer_with(
        request,
        await services(request).categories.get_category(where, category),
    )


@router.patch(
    "/{category}",
    responses=answers(MailboxCategory, of_mailboxes, of_writes, of_bodies),
    openapi_extra=asks("If-Match"),
)
async def update_category(
    request: Request,
    where: Where,
    category: CategoryId,
    patch: CategoryPatch,
    etag: IfMatch,
) -> Response:
    """Change the color of a category by a JSON merge patch (RFC 7396).

    Exchange does not rename categories: items bear the name itself.
    """
    answer = await services(request).categories.update_category(
        where, category, patch, etag
    )
    return answer_with(request, answer)


@router.delete(
    "/{category}",
    status_code=204,
    responses=nothing(of_mailboxes, of_writes),
    openapi_extra=asks("If-Match"),
)
async def delete_category(
    request: Request, where: Where, category: CategoryId, etag: IfMatch
) -> Response:
    """Take a category from the list; items that bear its name keep it."""
    await services(request).categories.delete_category(where, category, etag)
    return no_content()
