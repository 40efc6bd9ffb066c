"""Routes for inbox rules."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.queries import Paging
from app.models.rule_input import NewRule, RulePatch
from app.models.rules import Rule, RulePage
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
from app.routers.parameters import RuleId
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/rules",
    tags=["settings"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(RulePage, of_mailboxes, of_lists),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_rules(
    request: Request, where: Where, page: Annotated[Paging, Query()]
) -> Response:
    """List the rules of the inbox."""
    return answer_with(
        request,
        await services(request).rules.list_rules(where, page),
    )


@router.post(
    "",
    status_code=201,
    responses=answers(Rule, of_mailboxes, of_posts, of_bodies, status=201),
    openapi_extra=asks("Idempotency-Key"),
)
async def create_rule(
    request: Request, where: Where, wanted: NewRule, intent: Intended
) -> Response:
    """Make a rule for what comes into the inbox.

    Folders in its actions are named by id or by well-known name.
    """
    answer = await services(request).rules.create_rule(where, wanted, intent)
    return created_at(request, answer, f"{request.url.path}/{{id}}")


@router.get(
    "/{rule}",
    responses=answers(Rule, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_rule(request: Request, where: Where, rule: RuleId) -> Response:
    """Get a rule."""
    return answer_with(
        request,
        await services(request).rules.get_rule(where, rule),
    )


@router.patch(
    "/{rule}",
    responses=answers(Rule, of_mailboxes, of_writes, of_bodies),
    openapi_extra=asks("If-Match"),
)
async def update_rule(
    request: Request,
    where: Where,
    rule: RuleId,
    patch: RulePatch,
    etag: IfMatch,
) -> Response:
    """Change a rule by a JSON merge patch (RFC 7396).

    What this API does not know of the rule stays as it is. A read-only rule
    is a conflict: Outlook alone can change it.
    """
    answer = await services(request).rules.update_rule(
        where, rule, patch, etag
    )
    return answer_with(request, answer)


@router.delete(
    "/{rule}",
    status_code=204,
    responses=nothing(of_mailboxes, of_writes),
    openapi_extra=asks("If-Match"),
)
async def delete_rule(
    request: Request, where: Where, rule: RuleId, etag: IfMatch
) -> Response:
    """Delete a rule; a read-only one is a conflict."""
    await services(request).rules.delete_rule(where, rule, etag)
    return no_content()
