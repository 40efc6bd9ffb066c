"""Routes for what is done with meetings."""

from fastapi import APIRouter, Request, Response

from app.models.calendar.actions import Cancellation, Forwarding
from app.models.calendar.actions import Response as Reply
from app.models.calendar.events import EventAction
from app.routers.answers import answer_with
from app.routers.dependencies import Intended, Where, services
from app.routers.describe import (
    answers,
    asks,
    of_bodies,
    of_mailboxes,
    of_posts,
)
from app.routers.events import of_meetings
from app.routers.parameters import EventId
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/events/{event}",
    tags=["events"],
    route_class=StrictRoute,
)


@router.post(
    "/respond",
    responses=answers(
        EventAction, of_mailboxes, of_posts, of_bodies, of_meetings
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def respond_to_event(
    request: Request,
    where: Where,
    event: EventId,
    response: Reply,
    intent: Intended,
) -> Response:
    """Answer an invitation, and propose another time if there is a better.

    An event that is declined leaves the calendar. Should Graph not say
    whether it has heard, the event is looked at before it is asked again.
    """
    answer = await services(request).meetings.respond(
        where, event, response, intent
    )
    return answer_with(request, answer)


@router.post(
    "/cancel",
    responses=answers(
        EventAction, of_mailboxes, of_posts, of_bodies, of_meetings
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def cancel_event(
    request: Request,
    where: Where,
    event: EventId,
    wanted: Cancellation,
    intent: Intended,
) -> Response:
    """Call a meeting off, and tell all who were invited.

    Only its organizer can; others decline. It leaves the calendar.
    """
    answer = await services(request).meetings.cancel(
        where, event, wanted, intent
    )
    return answer_with(request, answer)


@router.post(
    "/forward",
    responses=answers(
        EventAction, of_mailboxes, of_posts, of_bodies, of_meetings
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def forward_event(
    request: Request,
    where: Where,
    event: EventId,
    wanted: Forwarding,
    intent: Intended,
) -> Response:
    """Pass an invitation on to others.

    It is done if all of them are seen to attend. Should Graph not say
    whether it has heard, and should that not be seen, the outcome is
    `unknown`: it is never forwarded a second time by itself.
    """
    answer = await services(request).meetings.forward(
        where, event, wanted, intent
    )
    return answer_with(request, answer)
