"""Entra ID's front desk: records calls, lets faults strike, answers."""

from app.sandbox.calls import Call, kept_headers
from app.sandbox.entra.endpoints import (
    named_user,
    public_form,
    respond,
)
from app.sandbox.memory import Memory
from app.sandbox.request import Request
from app.sandbox.strike import strike
from app.sandbox.tenants import find_tenant
from app.sandbox.wire import Answer, Deliver, dated

__all__ = ["SignInService"]


class SignInService:
    """Answers requests to Entra ID."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._clock = memory.clock

    async def serve(
        self, route: str, tenant: str, request: Request, deliver: Deliver
    ) -> None:
        """Answer a request.

        Raises:
            Reset: when a fault breaks the connection.
            HungUpError: when the caller left while a fault held it.
        """
        ticket = self._memory.log.open(self._call(route, tenant, request))
        picked = self._memory.faults.pick(
            ticket.call, self._memory.world.names
        )

        async def work() -> Answer:
            return respond(route, tenant, request, self._memory.entra)

        if picked is None:
            answer = await work()
        else:
            ticket.note(fault=picked[0])
            answer = await strike(picked[1], request, work, self._clock)
        complete = dated(answer, self._clock.now())
        if request.header("origin"):
            complete = complete.plus({"Access-Control-Allow-Origin": "*"})
        ticket.note(status=complete.status)
        await deliver(complete.plus({"x-ms-request-id": request.id}))

    def _call(self, route: str, tenant: str, request: Request) -> Call:
        found = find_tenant(tenant)
        form = public_form(request)
        return Call(
            at=self._clock.monotonic(),
            method=request.method,
            route=route,
            path=request.path,
            query=request.query,
            tenant=found.id if found else tenant,
            app=form.get("client_id"),
            user=self._memory.address(named_user(request)),
            headers=kept_headers(request.headers),
            form=form,
            size=len(request.body),
        )
