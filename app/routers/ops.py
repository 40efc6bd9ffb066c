"""Routes for operators: look at the service, and move it by hand."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.models.ops import (
    CachePurge,
    Done,
    ErrorList,
    ErrorQuery,
    GateOpening,
    OpsState,
)
from app.models.outbox import Outbox, OutboxQuery
from app.problems.documents import documented
from app.problems.ledger import LedgerUnavailable
from app.problems.refusals import PayloadTooLarge, UnsupportedMediaType
from app.problems.registry import ANY_CALLER, ANY_REQUEST
from app.problems.resources import Conflict, ItemNotFound, TenantNotFound
from app.routers.dependencies import identity_of, services
from app.routers.parameters import SendId
from app.routers.route import StrictRoute
from app.routers.scope import notes_of

__all__ = ["router"]

_JSON = "application/json"
_OF_TENANTS = (TenantNotFound,)
_OF_BODIES = (TenantNotFound, UnsupportedMediaType, PayloadTooLarge)
_OF_SENDS = (ItemNotFound, Conflict, LedgerUnavailable)

router = APIRouter(prefix="/ops", tags=["ops"], route_class=StrictRoute)


async def _operator(request: Request) -> str:
    """Return who acts."""
    return identity_of(request).caller.name


Operator = Annotated[str, Depends(_operator)]
Tenant = Annotated[
    str, Path(description="Alias of a tenant.", examples=["contoso"])
]
WorkloadName = Annotated[
    str,
    Path(
        description="A part of Graph that is watched by itself, as `GET /ops`"
        " names them.",
        examples=["mail-read"],
    ),
]


def _describe(model: Any, *kinds: Any) -> dict[int | str, dict[str, Any]]:
    described: dict[int | str, dict[str, Any]] = {200: {"model": model}}
    return described | documented(ANY_REQUEST, ANY_CALLER, *kinds)


@router.get("", responses=_describe(OpsState))
async def get_state(request: Request, _who: Operator) -> Response:
    """Show how calls are treated, and how much waits to be sent.

    Breakers, gates, permits, budgets, cache, tokens, quotas and the outbox.
    """
    return _shown(await services(request).ops.state())


@router.get("/errors", responses=_describe(ErrorList, _OF_TENANTS))
async def list_errors(
    request: Request, _who: Operator, wanted: Annotated[ErrorQuery, Query()]
) -> Response:
    """List the last 200 calls to Graph that failed, the newest first."""
    return _shown(services(request).ops.errors(wanted))


@router.post(
    "/breakers/{tenant}/{workload}/reset",
    responses=_describe(Done, _OF_TENANTS),
)
async def reset_breaker(
    request: Request, who: Operator, tenant: Tenant, workload: WorkloadName
) -> Response:
    """Close a breaker and forget what it has counted.

    One that is isolated stays so.
    """
    ops = services(request).ops
    return _shown(ops.move_breaker(who, "reset", tenant, workload))


@router.post(
    "/breakers/{tenant}/{workload}/isolate",
    responses=_describe(Done, _OF_TENANTS),
)
async def isolate_breaker(
    request: Request, who: Operator, tenant: Tenant, workload: WorkloadName
) -> Response:
    """Send nothing there until the breaker is released.

    Reads are answered from the cache meanwhile, writes refused.
    """
    ops = services(request).ops
    return _shown(ops.move_breaker(who, "isolate", tenant, workload))


@router.post(
    "/breakers/{tenant}/{workload}/release",
    responses=_describe(Done, _OF_TENANTS),
)
async def release_breaker(
    request: Request, who: Operator, tenant: Tenant, workload: WorkloadName
) -> Response:
    """End an isolation; the breaker is closed then."""
    ops = services(request).ops
    return _shown(ops.move_breaker(who, "release", tenant, workload))


@router.post("/gates/{tenant}/open", responses=_describe(Done, _OF_BODIES))
async def open_gate(
    request: Request, who: Operator, tenant: Tenant, wanted: GateOpening
) -> Response:
    """Ask Graph for a mailbox again before its `Retry-After` is over.

    Careful: Graph refuses who comes early and makes the wait longer. This is
    for a pause that was not Graph's own, such as that of a proxy.
    """
    notes_of(request.scope).mailbox = wanted.mailbox
    ops = services(request).ops
    return _shown(await ops.open_gate(who, tenant, wanted))


@router.post("/cache/purge", responses=_describe(Done, _OF_BODIES))
async def purge_cache(
    request: Request, who: Operator, wanted: CachePurge
) -> Response:
    """Forget the kept answers of a tenant, or about one mailbox.

    Without them nothing stands in while Graph fails.
    """
    notes = notes_of(request.scope)
    notes.mailbox = wanted.mailbox
    done = await services(request).ops.purge_cache(who, wanted)
    notes.tenant = wanted.tenant
    return _shown(done)


@router.post("/tokens/{tenant}/drop", responses=_describe(Done, _OF_TENANTS))
async def drop_token(
    request: Request, who: Operator, tenant: Tenant
) -> Response:
    """Forget a tenant's tokens and the last failures to get one.

    The next call asks Entra ID at once: after a secret was corrected or
    consent was given. Those of users are forgotten, too; what is still to be
    sent for them waits until they call again.
    """
    return _shown(services(request).ops.drop_token(who, tenant))


@router.get("/outbox", responses=_describe(Outbox, (LedgerUnavailable,)))
async def get_outbox(
    request: Request, _who: Operator, wanted: Annotated[OutboxQuery, Query()]
) -> Response:
    """Show how much waits to be sent, and what was given up, with reasons.

    That is what was promised and could not be sent, or of which nobody knows
    whether it was. It is kept with its content for a week by default, and can
    be retried or discarded until then. Whose mail it is, and what it says, is
    not shown.
    """
    return _shown(await services(request).outbox_desk.show(wanted))


@router.post("/outbox/{send}/retry", responses=_describe(Done, _OF_SENDS))
async def retry_send(
    request: Request, who: Operator, send: SendId
) -> Response:
    """Have a send that was given up carried on.

    One that `failed` is queued again, behind what its mailbox has waiting;
    see to the reason first. One that is `unknown` is looked for first, and
    sent again only if it is still a draft. Who follows it was told that it
    failed, and may have sent it otherwise: ask, if it is old.
    """
    return _shown(await services(request).outbox_desk.retry(who, send))


@router.post("/outbox/{send}/discard", responses=_describe(Done, _OF_SENDS))
async def discard_send(
    request: Request, who: Operator, send: SendId
) -> Response:
    """Forget a send that was given up, and delete its content.

    After that nobody can follow it any more: it is as if it were too old.
    """
    return _shown(await services(request).outbox_desk.discard(who, send))


def _shown(content: OpsState | ErrorList | Outbox | Done) -> Response:
    return Response(
        msgspec.json.encode(content),
        headers={"Cache-Control": "no-store"},
        media_type=_JSON,
    )
