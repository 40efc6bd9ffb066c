"""How far a send has come: what is written down of it, and when it ends."""

from dataclasses import replace
from typing import Any

from app.ledger.send_records import SendRecord, Stage
from app.models.context import InMailbox
from app.problems.errors import ExchangeError, Outcome
from app.problems.ledger import LedgerUnavailable
from app.services.sending.submissions import Submission
from app.services.sending.tools import Tools

__all__ = ["Course"]


class Course:
    """One send under one claim, as the ledger knows it.

    ``record`` is how far it is, ``is_promised`` whether its caller was told
    that it will be sent.
    """

    def __init__(
        self,
        tools: Tools,
        where: InMailbox,
        submission: Submission,
        record: SendRecord,
        *,
        is_promised: bool,
    ) -> None:
        self._tools = tools
        self._where = where
        self._submission = submission
        self.record = record
        self.is_promised = is_promised
        self._is_refused = False

    def promise(self) -> bool:
        """Note that the caller is told that it will be sent.

        Returns:
            False if it is decided already that it will not be.
        """
        self.is_promised = not self._is_refused
        return self.is_promised

    async def advance(self, stage: Stage, **changes: Any) -> None:
        """Write down the stage that is reached, and tell of it."""
        self.record = await self._tools.ledger.advance(
            self.record, stage=stage, **changes
        )
        self._tools.reports.advanced(self.record)

    async def put_off(self, pause: float, **changes: Any) -> None:
        """Let it be carried on by whoever can, after so many seconds."""
        self.record = await self._tools.ledger.release(
            self.record, retry_at=self._tools.ledger.now() + pause, **changes
        )

    async def end(self, stage: Stage, error: ExchangeError) -> None:
        """Give it up; of what was not sent, no draft is left behind."""
        draft = self.record.message_id
        problem = error.with_outcome(stage.outcome)
        if stage is not Stage.FAILED:
            await self.advance(stage, problem=problem)
            self._tools.reports.given_up(self.record, self._where.mailbox)
            return
        await self._fail(problem)
        await self._tools.writer.discard(self._where, self._submission, draft)

    async def _fail(self, problem: ExchangeError) -> None:
        draft = self._submission.draft
        if self.is_promised:
            changes = {"problem": problem, "message_id": draft}
            await self.advance(Stage.FAILED, **changes)
            return
        # Its caller is told, and decides; nobody else is to see to it.
        self._is_refused = True
        try:
            await self._tools.ledger.forget(self.record)
        except LedgerUnavailable as error:
            if error.outcome is Outcome.UNKNOWN:
                # Nobody may be left to send it: that must not be promised.
                self.record = replace(
                    self.record, stage=Stage.UNKNOWN, problem=error
                )
            raise
        self.record = replace(self.record, stage=Stage.FAILED, problem=problem)
        self._tools.reports.advanced(self.record)
