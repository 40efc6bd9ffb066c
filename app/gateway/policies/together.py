"""Policies: calls that are made at the same time share one request.

`Together` is the outermost on the way to Graph: it makes one call, a batch,
of several. That call passes all policies below. `Unpack` is the last that
sees it, and raises what went wrong with the parts as if it had gone wrong
with the whole: so the gate closes, the breaker counts, the budget pays and
the retry waits for a part as they do for any request, and what is sent again
is only what is missing.
"""

from msgspec.structs import replace

from app.clock import Clock, Deadline
from app.gateway.batches import Batch, Part
from app.gateway.calls import GraphCall, Reply, Send, Tally
from app.gateway.operations.batch import READ_TOGETHER
from app.gateway.policies.eligibility import may_repeat
from app.gateway.policies.flights import Flights
from app.gateway.translation.batch import batch_answer, batch_body, read_parts
from app.problems.errors import ExchangeError
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import TokenRejected
from app.transport.batched import part_answer

__all__ = ["Together", "Unpack"]


class Together:
    """Sends calls of one group in one request.

    The request leaves as soon as all who ask at the same time had their
    turn. It belongs to none of them: it goes on while anybody waits for it.
    """

    def __init__(self, clock: Clock) -> None:
        self._flights: Flights[None] = Flights(clock)

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Answer the call, by itself or out of a batch."""
        if call.group is None:
            return await send(call)
        if call.deadline.left() <= 0:
            raise DeadlineExceeded
        batch = call.group.boarding()
        part = _part(call, f"{len(batch) + 1}")
        batch.add(part)

        async def leave(deadline: Deadline) -> None:
            batch.is_under_way = True
            context = replace(call.context, deadline=deadline)
            await _leave(replace(call, context=context), batch, send)

        await self._flights.join(batch, call.deadline, leave)
        call.tally.sent += batch.sent(part.name)
        try:
            return batch.result(part.name)
        except ExchangeError as error:
            error.attempts = call.tally.sent
            raise


class Unpack:
    """Sends what is missing of a batch, and looks at each answer.

    What it returns in the end is one answer with all parts in it, however
    many requests it took.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call; raise the worst of its parts' passing failures."""
        if call.batch is None:
            return await send(call)
        reply = await send(replace(call, body=batch_body(call.batch.load())))
        now = self._clock.wall()
        parts = {part.id: part for part in read_parts(reply.body)}
        error = call.batch.take(
            {
                name: part_answer(
                    part.status, part.headers, bytes(part.body), now
                )
                for name, part in parts.items()
            },
            _may_go_again,
        )
        call.batch.heard |= parts
        if error is not None:
            raise error
        return replace(reply, body=batch_answer(call.batch.heard.values()))


async def _leave(call: GraphCall, batch: Batch, send: Send) -> None:
    """Send a batch until it is done; how it ended is told by the parts."""
    try:
        if len(batch) == 1:
            # Alone, a call needs no batch around it.
            reply = await send(replace(call, group=None))
            batch.take({part.name: reply for part in batch.missing()})
        else:
            await send(_whole(call, batch))
    except ExchangeError as error:
        batch.give_up(error)


def _whole(call: GraphCall, batch: Batch) -> GraphCall:
    return replace(
        call,
        operation=READ_TOGETHER,
        target=READ_TOGETHER.path,
        headers={},
        body=None,
        group=None,
        batch=batch,
        tally=Tally(),
    )


def _may_go_again(part: Part, error: ExchangeError) -> bool:
    # A rejected token is renewed, once, by the policy for tokens.
    return isinstance(error, TokenRejected) or may_repeat(
        part.operation.idempotency, error
    )


def _part(call: GraphCall, name: str) -> Part:
    return Part(
        name=name,
        operation=call.operation,
        target=call.target,
        headers=call.headers,
        body=call.body,
    )
