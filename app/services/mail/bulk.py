"""Make many changes of messages, and tell of each what became of it.

Changes of one message are made in the order in which they were asked, each
in a later request than the one before; those of different messages share
requests, one at a time. What Graph leaves open is looked at before it is
repeated, as it is for a single change.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.clock import Clock
from app.gateway.bulk import BulkGateway, Planned
from app.gateway.folders import FolderGateway
from app.gateway.translation.batch import MOST_PARTS
from app.models.answers import Answer
from app.models.bulk import BulkChange, BulkRequest
from app.models.context import InMailbox
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import DeadlineExceeded
from app.services.mail.bulk_plan import (
    general,
    is_done,
    is_gone,
    is_open,
    told,
    waves,
)
from app.services.mail.moves import folder_id
from app.services.once import Attempt, Intent, Once

__all__ = ["BulkService"]

# Seconds before each look at what may yet come to be done.
_LOOKS = (0.0, 1.0, 4.0)

Ends = dict[int, ExchangeError | None]


class BulkService:
    """Makes up to 100 changes for one request."""

    def __init__(
        self,
        bulk: BulkGateway,
        folders: FolderGateway,
        once: Once,
        clock: Clock,
    ) -> None:
        self._bulk = bulk
        self._folders = folders
        self._once = once
        self._clock = clock

    async def change(
        self, where: InMailbox, request: BulkRequest, intent: Intent
    ) -> Answer:
        """Make changes; return what became of each (`BulkAnswer`).

        Raises:
            ExchangeError: None was made, for a reason that has nothing to do
                with single messages.
        """
        where = where.plain()

        async def work(attempt: Attempt) -> Answer:
            if not attempt.may_be_done:
                await attempt.note(began=self._clock.wall().timestamp())
            ends: Ends = {}
            for wave in waves(request.items):
                planned = await self._planned(where, wave, ends)
                for at in range(0, len(planned), MOST_PARTS):
                    some = planned[at : at + MOST_PARTS]
                    ends |= await self._make(where, some, attempt)
            if (error := general(ends)) is not None:
                raise error.again()
            items = [
                told(change, ends[place])
                for place, change in enumerate(request.items)
            ]
            return Answer.of({"items": items}, etag=None)

        return await self._once.run(where.context, intent, work, is_noted=True)

    async def _planned(
        self,
        where: InMailbox,
        wave: Sequence[tuple[int, BulkChange]],
        ends: Ends,
    ) -> Sequence[Planned]:
        """Return the changes of a wave, but those to unknown folders."""
        ids: dict[str | None, str | ExchangeError | None] = {None: None}
        planned: list[Planned] = []
        for place, change in wave:
            name = change.folder
            if name is not None and name not in ids:
                ids[name] = await self._find(where, name)
            folder = ids[name]
            if isinstance(folder, ExchangeError):
                ends[place] = folder.again()
            else:
                planned.append(Planned(place, change, folder))
        return planned

    async def _find(
        self, where: InMailbox, folder: str
    ) -> str | ExchangeError:
        try:
            return await folder_id(self._folders, where, folder)
        except ExchangeError as error:
            return error

    async def _make(
        self, where: InMailbox, planned: Sequence[Planned], attempt: Attempt
    ) -> Ends:
        """Make changes that go into one request."""
        began = self._clock.wall()
        if attempt.may_be_done:
            began = datetime.fromtimestamp(attempt.notes["began"], UTC)
            doubt = DeadlineExceeded(outcome=Outcome.UNKNOWN)
            ends: Ends = {one.place: doubt for one in planned}
        else:
            ends = await self._change(where, planned)
        left = [one for one in planned if is_open(ends[one.place])]
        return ends | await self._settle(where, left, began) if left else ends

    async def _settle(
        self, where: InMailbox, planned: Sequence[Planned], began: datetime
    ) -> Ends:
        """Find out what became of changes, and make those that are not made.

        Of what cannot be found out, nothing is said.
        """
        verdicts = await self._watch(where, planned, began)
        ends: Ends = {
            place: None for place, done in verdicts.items() if done is True
        }
        again = [one for one in planned if verdicts[one.place] is False]
        if not again:
            return ends
        repeated = await self._change(where, again)
        for one in again:
            end = repeated[one.place]
            if end is None or is_gone(one, end):
                ends[one.place] = None
            else:
                ends[one.place] = end.with_outcome(Outcome.UNKNOWN)
        return ends

    async def _watch(
        self, where: InMailbox, planned: Sequence[Planned], began: datetime
    ) -> dict[int, bool | None]:
        """Tell of each change whether it is made, None if nobody knows.

        What only sets values may be set again, made or not.
        """
        verdicts: dict[int, bool | None] = {
            one.place: False if one.change.action == "update" else None
            for one in planned
        }
        watched = [one for one in planned if verdicts[one.place] is None]
        known = await self._find(where, "deleted") if watched else None
        deleted = known if isinstance(known, str) else None
        for pause in _LOOKS:
            if not watched or pause >= where.context.deadline.left():
                break
            if pause:
                await self._clock.sleep(pause)
            messages = [one.change.id for one in watched]
            found = await self._bulk.look(where, messages)
            for one, message in zip(watched, found, strict=True):
                verdicts[one.place] = is_done(one, message, deleted, began)
            watched = [one for one in watched if not verdicts[one.place]]
        return verdicts

    async def _change(
        self, where: InMailbox, planned: Sequence[Planned]
    ) -> Ends:
        ends = await self._bulk.change(where, planned)
        return {one.place: end for one, end in zip(planned, ends, strict=True)}
