"""Routes for threads."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.threads import ThreadDetail, ThreadPage, ThreadQuery
from app.problems.resources import QueryTooComplex
from app.routers.answers import answer_with
from app.routers.dependencies import Where, services
from app.routers.describe import (
    answers,
    asks,
    of_lists,
    of_mailboxes,
    of_reads,
)
from app.routers.parameters import ThreadId
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/threads",
    tags=["threads"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(ThreadPage, of_mailboxes, of_lists, (QueryTooComplex,)),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_threads(
    request: Request, where: Where, wanted: Annotated[ThreadQuery, Query()]
) -> Response:
    """List threads, those with the newest messages first.

    Each is listed once, with what there is of it in all folders. Of each the
    messages have to be looked at, which Graph counts as a request of its own:
    ask for as many as are shown. A page may be short, or empty, and still
    have a `next_cursor`.
    """
    answer = await services(request).threads.list_threads(where, wanted)
    return answer_with(request, answer)


@router.get(
    "/{thread}",
    responses=answers(
        ThreadDetail, of_mailboxes, of_reads, (QueryTooComplex,)
    ),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_thread(
    request: Request, where: Where, thread: ThreadId
) -> Response:
    """Get a thread with its messages, the oldest first.

    Of a very long one these are the newest hundred; `messages?thread=` lists
    all.
    """
    answer = await services(request).threads.get_thread(where, thread)
    return answer_with(request, answer)
