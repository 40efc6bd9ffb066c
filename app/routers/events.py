"""Routes for events."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.calendar.events import Event, EventPage
from app.models.calendar.input import EventInput, EventPatch
from app.models.calendar.queries import (
    EventQuery,
    EventView,
    InstanceQuery,
)
from app.problems.resources import (
    Conflict,
    MailboxSendLimitReached,
    QueryTooComplex,
    RecipientsRejected,
)
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
from app.routers.parameters import EventId
from app.routers.route import StrictRoute

__all__ = ["of_meetings", "router"]

of_meetings = (RecipientsRejected, MailboxSendLimitReached)
"""What can come of it that people are invited."""

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/events",
    tags=["events"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(EventPage, of_mailboxes, of_lists, (QueryTooComplex,)),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_events(
    request: Request,
    where: Where,
    wanted: Annotated[EventQuery, Query()],
) -> Response:
    """List what takes place in a window, in the order of its start.

    Series are not listed, but each of their occurrences is. Times are shown
    in `time_zone`; without it each event has those of its own zone. All-day
    events are listed if their days are in the window, seen from `time_zone`.
    """
    answer = await services(request).events.list_events(where, wanted)
    return answer_with(request, answer)


@router.post(
    "",
    status_code=201,
    responses=answers(
        Event, of_mailboxes, of_posts, of_bodies, of_meetings, status=201
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def create_event(
    request: Request, where: Where, event: EventInput, intent: Intended
) -> Response:
    """Write an event, once, and invite those who attend.

    Exchange keeps a mark of the request with the event, so that repeating
    the request with its `Idempotency-Key` makes no second one, whatever
    became of the first.
    """
    answer = await services(request).event_writing.create_event(
        where, event, intent
    )
    return created_at(request, answer, f"{request.url.path}/{{id}}")


@router.get(
    "/{event}",
    responses=answers(Event, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_event(
    request: Request,
    where: Where,
    event: EventId,
    view: Annotated[EventView, Query()],
) -> Response:
    """Get an event, a series, or an occurrence of one."""
    answer = await services(request).events.get_event(where, event, view)
    return answer_with(request, answer)


@router.patch(
    "/{event}",
    responses=answers(Event, of_mailboxes, of_writes, of_bodies, of_meetings),
    openapi_extra=asks("If-Match"),
)
async def update_event(
    request: Request,
    where: Where,
    event: EventId,
    patch: EventPatch,
    etag: IfMatch,
) -> Response:
    """Change an event, a series, or one occurrence (RFC 7396).

    Those who attend are told by Exchange of what matters to them.
    """
    answer = await services(request).event_writing.update_event(
        where, event, patch, etag
    )
    return answer_with(request, answer)


@router.delete(
    "/{event}",
    status_code=204,
    responses=nothing(of_mailboxes, of_writes),
    openapi_extra=asks("If-Match"),
)
async def delete_event(
    request: Request, where: Where, event: EventId, etag: IfMatch
) -> Response:
    """Delete an event, a series with all of it, or one occurrence."""
    await services(request).event_writing.delete_event(where, event, etag)
    return no_content()


@router.get(
    "/{event}/instances",
    responses=answers(EventPage, of_mailboxes, of_lists, (Conflict,)),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_instances(
    request: Request,
    where: Where,
    event: EventId,
    wanted: Annotated[InstanceQuery, Query()],
) -> Response:
    """List the occurrences of a series in a window."""
    answer = await services(request).events.list_instances(
        where, event, wanted
    )
    return answer_with(request, answer)
