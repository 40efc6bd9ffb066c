"""Routes for who is free when."""

from fastapi import APIRouter, Request, Response

from app.models.scheduling import FreeBusy, MeetingTimes
from app.models.scheduling_input import FreeBusyQuery, MeetingTimesQuery
from app.routers.answers import answer_with
from app.routers.dependencies import Where, services
from app.routers.describe import answers, asks, of_bodies, of_mailboxes
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}",
    tags=["scheduling"],
    route_class=StrictRoute,
)


@router.post(
    "/free-busy",
    responses=answers(FreeBusy, of_mailboxes, of_bodies),
    openapi_extra=asks(),
)
async def get_free_busy(
    request: Request, where: Where, wanted: FreeBusyQuery
) -> Response:
    """Tell when up to 100 people or rooms are free.

    Of whom nothing can be told has a `problem`, and the others are answered
    for. It only reads, and always asks Exchange: it may be repeated freely.
    """
    answer = await services(request).free_busy.free_busy(where, wanted)
    return answer_with(request, answer)


@router.post(
    "/meeting-times",
    responses=answers(MeetingTimes, of_mailboxes, of_bodies),
    openapi_extra=asks(),
)
async def find_meeting_times(
    request: Request, where: Where, wanted: MeetingTimesQuery
) -> Response:
    """Find times at which all who are required could meet.

    They begin at quarters of an hour and do not overlap. Of whom nothing can
    be told counts as undecided and stands in `unknown`. Working hours of a
    zone that has no name count as if of `time_zone`. It only reads, as
    `free-busy` does.
    """
    answer = await services(request).meeting_times.find_times(where, wanted)
    return answer_with(request, answer)
