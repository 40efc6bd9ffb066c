"""Routes for the settings of a mailbox."""

from fastapi import APIRouter, Request, Response

from app.models.mailbox_settings import (
    AutomaticReplies,
    NewAutomaticReplies,
    Settings,
    SettingsPatch,
)
from app.routers.answers import answer_with
from app.routers.dependencies import IfMatch, Where, services
from app.routers.describe import (
    answers,
    asks,
    of_bodies,
    of_mailboxes,
    of_reads,
    of_writes,
)
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}",
    tags=["settings"],
    route_class=StrictRoute,
)


@router.get(
    "/settings",
    responses=answers(Settings, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_settings(request: Request, where: Where) -> Response:
    """Get time zone, language, formats and working hours of a mailbox."""
    return answer_with(
        request, await services(request).settings.get_settings(where)
    )


@router.patch(
    "/settings",
    responses=answers(Settings, of_mailboxes, of_writes, of_bodies),
    openapi_extra=asks("If-Match"),
)
async def update_settings(
    request: Request, where: Where, patch: SettingsPatch, etag: IfMatch
) -> Response:
    """Change settings of a mailbox by a JSON merge patch (RFC 7396).

    Exchange may adapt settings that depend on others: the formats to a new
    language, for example. The answer tells all of them as they are then.
    Working hours are kept by the names of zones that Windows has, so that
    some zones come back by the name of another with the same rules.
    """
    answer = await services(request).settings.update_settings(
        where, patch, etag
    )
    return answer_with(request, answer)


@router.get(
    "/automatic-replies",
    responses=answers(AutomaticReplies, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_automatic_replies(request: Request, where: Where) -> Response:
    """Get what is answered to mail while its reader is away."""
    return answer_with(
        request, await services(request).settings.get_automatic_replies(where)
    )


@router.put(
    "/automatic-replies",
    responses=answers(AutomaticReplies, of_mailboxes, of_writes, of_bodies),
    openapi_extra=asks("If-Match"),
)
async def put_automatic_replies(
    request: Request,
    where: Where,
    replies: NewAutomaticReplies,
    etag: IfMatch,
) -> Response:
    """Put automatic replies in place of those that there are.

    What the body leaves out is as its default says, not as it was.
    """
    answer = await services(request).settings.put_automatic_replies(
        where, replies, etag
    )
    return answer_with(request, answer)
