"""Take messages on to be sent, and wait for them as long as callers do."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from app.clock import Deadline, Interrupted
from app.ledger.send_records import SendRecord, Stage
from app.ledger.send_rows import NewSend
from app.models.answers import Answer
from app.models.context import InMailbox
from app.problems.errors import Outcome
from app.problems.ledger import LedgerUnavailable
from app.services.once import Attempt, Intent, Once
from app.services.sending.schedule import expect_rights, expect_soon
from app.services.sending.submissions import Submission, packed
from app.services.sending.tools import Tools
from app.services.sending.views import answer_of, is_settled
from app.services.sending.workers import Workers

__all__ = ["Intake"]

_LONGEST = 180.0

Task = asyncio.Task[SendRecord | None]


class Intake:
    """Takes on what is to be sent, each once."""

    def __init__(
        self,
        tools: Tools,
        workers: Workers,
        once: Once,
    ) -> None:
        self._ledger = tools.ledger
        self._rights = tools.rights
        self._lanes = tools.lanes
        self._workers = workers
        self._once = once
        self._clock = tools.clock
        self._stopping = tools.stopping

    async def submit(
        self, where: InMailbox, submission: Submission, intent: Intent
    ) -> Answer:
        """Send something once; return how that goes (`Send`).

        What is not done in the caller's time goes on without it: then
        ``goes_on`` is set.

        Raises:
            InvalidRequest: It is to be sent too far ahead.
            NotSupported: It is to be sent when the user's token has ended.
            ExchangeError: It is not sent (``outcome`` not_performed), or it
                could not be found out (unknown).
        """
        where = where.plain()
        expect_soon(submission.send_at, self._ledger.now())

        async def work(attempt: Attempt) -> Answer:
            # Before anything is promised: a user may be gone afterwards.
            await expect_rights(
                self._rights,
                where.context,
                submission.send_at,
                self._ledger.now(),
            )
            record, task = await self._taken_on(where, submission, attempt)
            # Whichever attempt took it on: there is one, and it tells of it.
            attempt.settle()
            if not where.context.respond_async:
                deadline = where.context.deadline
                record = await self._awaited(record, task, deadline)
            return answer_of(record)

        return await self._once.run(where.context, intent, work)

    async def _taken_on(
        self, where: InMailbox, submission: Submission, attempt: Attempt
    ) -> tuple[SendRecord, Task | None]:
        """Write a send down; begin with it, if nothing is before it."""
        lane, named = await self._lanes.of(where)
        is_of_user = where.context.on_behalf_of is not None
        new = NewSend(
            id=attempt.marker,
            tenant=where.context.tenant,
            lane=lane,
            named=named,
            submission=packed(submission, where),
            message_id=submission.draft,
            before=attempt.before,
            send_at=submission.send_at,
            of_user=is_of_user,
        )
        # Where the user's token is, it is begun: others have none.
        at_once = is_of_user or not where.context.respond_async
        record, is_ours = await self._ledger.add(new, at_once=at_once)
        if not is_ours and record.stage in {Stage.UNKNOWN, Stage.FAILED}:
            revived = await self._revived(record, new)
            record, is_ours = revived or record, revived is not None
        if not is_ours:
            self._workers.nudge()
            return record, None
        within = where.until(Deadline(self._clock, _LONGEST))
        task = self._workers.begin(within, submission, record)
        if where.context.respond_async:
            self._workers.promise(record.id)
        return record, task

    async def _revived(
        self, record: SendRecord, new: NewSend
    ) -> SendRecord | None:
        """Take up what was given up: its caller asks for it again."""
        stage = Stage.SENDING
        if record.stage is Stage.FAILED:
            stage = Stage.DRAFTED if record.message_id else Stage.QUEUED
            # It may have left a draft that could not be removed.
            record = replace(record, before=Outcome.NOT_PERFORMED)
        now = self._ledger.now()
        return await self._ledger.claim(
            record,
            stage=stage,
            submission=new.submission,
            due_at=now,
            retry_at=now,
            failures=0,
        )

    async def _awaited(
        self, record: SendRecord, task: Task | None, deadline: Deadline
    ) -> SendRecord:
        """Wait until a send is settled, or there is no more time.

        It is taken on: what cannot be seen any more goes on all the same.
        """
        if task is not None:
            await asyncio.wait({task}, timeout=deadline.left())
            if not (task.done() or self._workers.promise(record.id)):
                await asyncio.wait({task})
            if task.done():
                record = task.result() or record
        with suppress(LedgerUnavailable, Interrupted):
            if task is not None and not task.done():
                record = await self._ledger.find(record.id) or record
            while self._may_settle(record) and deadline.left():
                with self._stopping.interruptible():
                    left = deadline.left()
                    await self._workers.until_carried(record.id, left)
                record = await self._ledger.find(record.id) or record
        return record

    def _may_settle(self, record: SendRecord) -> bool:
        now = self._ledger.now()
        return record.due_at <= now and not is_settled(record, now)
