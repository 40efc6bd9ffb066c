"""Routes for calendars."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.calendar.events import Calendar, CalendarPage
from app.models.calendar.queries import CalendarQuery
from app.models.calendar.writing import CalendarInput, CalendarPatch
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
from app.routers.parameters import CalendarId
from app.routers.route import StrictRoute

__all__ = ["router"]

_of_names = (FolderExists,)

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/calendars",
    tags=["calendars"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(CalendarPage, of_mailboxes, of_lists),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_calendars(
    request: Request,
    where: Where,
    wanted: Annotated[CalendarQuery, Query()],
) -> Response:
    """List the calendars of a mailbox."""
    answer = await services(request).calendars.list_calendars(where, wanted)
    return answer_with(request, answer)


@router.post(
    "",
    status_code=201,
    responses=answers(
        Calendar, of_mailboxes, of_posts, of_bodies, _of_names, status=201
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def create_calendar(
    request: Request, where: Where, calendar: CalendarInput, intent: Intended
) -> Response:
    """Make a calendar, by a name that no other in the mailbox has."""
    answer = await services(request).calendars.create_calendar(
        where, calendar, intent
    )
    return created_at(request, answer, f"{request.url.path}/{{id}}")


@router.get(
    "/{calendar}",
    responses=answers(Calendar, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_calendar(
    request: Request, where: Where, calendar: CalendarId
) -> Response:
    """Get a calendar."""
    answer = await services(request).calendars.get_calendar(where, calendar)
    return answer_with(request, answer)


@router.patch(
    "/{calendar}",
    responses=answers(Calendar, of_mailboxes, of_writes, of_bodies, _of_names),
    openapi_extra=asks("If-Match"),
)
async def update_calendar(
    request: Request,
    where: Where,
    calendar: CalendarId,
    patch: CalendarPatch,
    etag: IfMatch,
) -> Response:
    """Rename a calendar, or give it another color (RFC 7396)."""
    answer = await services(request).calendars.update_calendar(
        where, calendar, patch, etag
    )
    return answer_with(request, answer)


@router.delete(
    "/{calendar}",
    status_code=204,
    responses=nothing(of_mailboxes, of_writes),
    openapi_extra=asks("If-Match"),
)
async def delete_calendar(
    request: Request, where: Where, calendar: CalendarId, etag: IfMatch
) -> Response:
    """Delete a calendar with all that is in it; the default one stays."""
    await services(request).calendars.delete_calendar(where, calendar, etag)
    return no_content()
