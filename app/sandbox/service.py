"""Graph's front desk: who may come in, and when things go wrong."""

from contextlib import AbstractContextManager, nullcontext

from app.sandbox.arrivals import Arrival, receive
from app.sandbox.calls import Ticket
from app.sandbox.entra.tokens import Grant
from app.sandbox.faults import Fault
from app.sandbox.graph.batch import read_batch, run_batch
from app.sandbox.graph.context import Context
from app.sandbox.graph.routes import Route
from app.sandbox.limits import Key
from app.sandbox.memory import Memory
from app.sandbox.prefer import read_preferences
from app.sandbox.request import Request
from app.sandbox.strike import retry_seconds, strike
from app.sandbox.wire import Answer, Deliver, GraphError, stamped

__all__ = ["GraphService"]

# A Retry-After with one of these starts the time in which calls are early.
CLOSING = (429, 503)


class GraphService:
    """Answers requests to Graph.

    The order: token, path, limits, latency, faults, work. A request that a
    limit refuses has been counted nevertheless.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._clock = memory.clock

    async def serve(
        self, request: Request, deliver: Deliver, *, batched: bool = False
    ) -> None:
        """Answer a request; it keeps its place until that is delivered.

        Raises:
            Reset: when a fault breaks the connection.
            HungUpError: when the caller left while a fault held it.
        """
        arrival = receive(request, self._memory.world, batched=batched)
        ticket = self._memory.log.open(arrival.call)

        async def finish(answer: Answer) -> None:
            complete = stamped(answer, request, self._clock.now())
            ticket.note(
                status=complete.status,
                answered=self._clock.monotonic(),
                retry_after=complete.headers.get("Retry-After"),
            )
            await deliver(complete)

        try:
            await self._admit(arrival, ticket, finish)
        except GraphError as error:
            await finish(error.answer(request, self._clock.now()))

    async def _admit(
        self, arrival: Arrival, ticket: Ticket, finish: Deliver
    ) -> None:
        header = arrival.request.header("authorization")
        grant = self._memory.tokens.verify(header, self._clock.now())
        user = self._memory.address(grant.user)
        ticket.note(tenant=grant.tenant, app=grant.app, user=user)
        if isinstance(arrival.found, GraphError):
            raise arrival.found
        route = arrival.found.target
        context = self._context(arrival, grant)
        with self._place(_key(route, context)):
            if route.handler is not None:
                await self._clock.sleep(self._memory.settings.latency)
            await finish(await self._answer(route, context, ticket))

    async def _answer(
        self, route: Route, context: Context, ticket: Ticket
    ) -> Answer:
        """Do the work, unless a fault has something else in mind."""

        async def work() -> Answer:
            return await self._work(route, context)

        names = self._memory.world.names
        picked = self._memory.faults.pick(ticket.call, names)
        if picked is None:
            return await work()
        name, fault = picked
        ticket.note(fault=name)
        answer = await strike(fault, context.request, work, self._clock)
        self._close(_key(route, context), fault, answer)
        return answer

    def _context(self, arrival: Arrival, grant: Grant) -> Context:
        user = arrival.user
        here = user is not None and user.tenant == grant.tenant
        return Context(
            request=arrival.request,
            world=self._memory.world,
            grant=grant,
            params=arrival.params,
            prefer=read_preferences(arrival.request.header("prefer")),
            user=user if here else None,
        )

    def _place(self, key: Key | None) -> AbstractContextManager[None]:
        if key is None:
            return nullcontext()
        return self._memory.throttle.slot(key, self._clock.monotonic())

    async def _work(self, route: Route, context: Context) -> Answer:
        """Answer in earnest; a refusal is an answer as well."""
        try:
            answer = await self._perform(route, context)
        except GraphError as error:
            return error.answer(context.request, self._clock.now())
        applied = context.prefer.applied
        return answer.plus({"Preference-Applied": applied} if applied else {})

    async def _perform(self, route: Route, context: Context) -> Answer:
        if route.handler is not None:
            if route.counted:
                context.check_access()
            context.world.post.settle()
            return route.handler(context)
        return await run_batch(read_batch(context.request), self._step)

    async def _step(self, request: Request) -> Answer:
        """Answer one request of a batch."""
        answers: list[Answer] = []

        async def collect(answer: Answer) -> None:
            answers.append(answer)

        await self.serve(request, collect, batched=True)
        return answers[0]

    def _close(self, key: Key | None, fault: Fault, answer: Answer) -> None:
        """Start the time in which calls are early, as Graph does."""
        wait = retry_seconds(fault.retry_after, self._clock.now())
        if key is not None and wait > 0 and answer.status in CLOSING:
            self._memory.throttle.close(key, wait, self._clock.monotonic())


def _key(route: Route, context: Context) -> Key | None:
    """Return whose limits a request counts against, if any."""
    user = context.user
    if not route.counted or user is None or not user.mailbox:
        return None
    return context.grant.app, user.id
