"""The route for many changes at once."""

import msgspec
from fastapi import APIRouter, Request, Response

from app.models.bulk import BulkAnswer, BulkRequest
from app.routers.answers import answer_with
from app.routers.dependencies import Intended, Where, services
from app.routers.describe import (
    answers,
    asks,
    of_bodies,
    of_mailboxes,
    of_posts,
)
from app.routers.route import StrictRoute
from app.routers.scope import notes_of

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/messages",
    tags=["messages"],
    route_class=StrictRoute,
)


@router.post(
    "/bulk",
    status_code=207,
    responses=answers(
        BulkAnswer, of_mailboxes, of_posts, of_bodies, status=207
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def change_messages(
    request: Request, where: Where, changes: BulkRequest, intent: Intended
) -> Response:
    """Change up to 100 messages at once: mark, move or delete them.

    The answer is always 207 and tells of each change what became of it, in
    the order in which they were asked, unless none was made for a reason that
    has nothing to do with single messages. Several changes of one message are
    made in their order. A change that fails for a passing reason is repeated
    by itself; of what could not be done in time, the outcome is told. An
    `Idempotency-Key` stands for the whole: with it the same answer comes
    again, so that what failed needs a new one.
    """
    notes = notes_of(request.scope)
    notes.targets = [change.id for change in changes.items]
    answer = await services(request).bulk.change(where, changes, intent)
    told = msgspec.json.decode(answer.body, type=BulkAnswer)
    notes.undone = [i["id"] for i in told["items"] if i["problem"]]
    return answer_with(request, answer, 207)
