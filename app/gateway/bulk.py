"""Many changes in one request to Graph. Builds the calls; decides nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from app.gateway.batches import Batch, Group, Part
from app.gateway.building import call_in, prefer, target
from app.gateway.mail import look_call
from app.gateway.operations import mail, moves
from app.gateway.operations.batch import WRITE_TOGETHER
from app.gateway.operations.entry import Operation
from app.gateway.pipeline import Pipeline
from app.gateway.translation.writing import destination_json, patch_json
from app.models.bulk import BulkChange
from app.models.context import InMailbox
from app.models.mail import Message
from app.problems.errors import ExchangeError

__all__ = ["BulkGateway", "Planned"]

_OPERATIONS: Mapping[str, Operation] = {
    "update": mail.UPDATE_MESSAGE,
    "move": moves.MOVE_MESSAGE,
    "delete": mail.DELETE_MESSAGE,
    "purge": mail.PURGE_MESSAGE,
}
# What the messages are like afterwards, nobody reads here.
_MINIMAL = "return=minimal"


@dataclass(frozen=True, slots=True)
class Planned:
    """A change that is to be made.

    ``place`` tells where it stands in the request, ``folder`` the id of where
    the message is to go, if anywhere.
    """

    place: int
    change: BulkChange
    folder: str | None = None


class BulkGateway:
    """Makes up to 20 changes with one request."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def change(
        self, where: InMailbox, planned: Sequence[Planned]
    ) -> Sequence[ExchangeError | None]:
        """Make changes of different messages; return why each failed.

        Those that Graph refuses in passing are sent again by themselves.
        """
        batch = Batch(*(_part(where, one) for one in planned))
        call = replace(call_in(where, WRITE_TOGETHER), headers={}, batch=batch)
        try:
            await self._pipeline.ask(call)
        except ExchangeError as error:
            batch.give_up(error)
        return [_end(batch, one) for one in planned]

    async def look(
        self, where: InMailbox, messages: Sequence[str]
    ) -> Sequence[Message | ExchangeError]:
        """Return messages as they are now, without their bodies."""
        group = Group()

        async def look(message: str) -> Message | ExchangeError:
            call = replace(look_call(where, message), group=group)
            try:
                answer = await self._pipeline.ask(call)
            except ExchangeError as error:
                return error
            return msgspec.json.decode(answer.body, type=Message)

        return await asyncio.gather(*(look(one) for one in messages))


def _part(where: InMailbox, planned: Planned) -> Part:
    change = planned.change
    operation = _OPERATIONS[change.action]
    body = None
    if change.patch is not None:
        body = patch_json(change.patch)
    elif planned.folder is not None:
        body = destination_json(planned.folder)
    wanted = prefer()["Prefer"]
    return Part(
        name=str(planned.place + 1),
        operation=operation,
        target=target(operation, mailbox=where.mailbox, message=change.id),
        headers={"Prefer": f"{wanted}, {_MINIMAL}"},
        body=body,
    )


def _end(batch: Batch, planned: Planned) -> ExchangeError | None:
    name = str(planned.place + 1)
    try:
        batch.result(name)
    except ExchangeError as error:
        error.attempts = batch.sent(name)
        return error
    return None
