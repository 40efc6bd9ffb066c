"""Tell operators what becomes of sends."""

from app.ledger.send_records import SendRecord, Stage
from app.problems.errors import ExchangeError
from app.telemetry.places import innermost_line
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.callers import AUDIT
from app.telemetry.signals.events import SEND_UNKNOWN
from app.telemetry.signals.ledger import (
    SEND_ADVANCED,
    SEND_BROKEN,
    SEND_DEFERRED,
)
from app.telemetry.signals.metrics import SENDS

__all__ = ["Reports"]


class Reports:
    """Logs and counts how sends go on."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def advanced(self, record: SendRecord) -> None:
        """Tell the stage that a send has reached, once that is written."""
        self._telemetry.log(
            SEND_ADVANCED,
            tenant=record.tenant,
            send_id=record.id,
            stage=record.stage,
            attempts=record.attempts,
            outcome=record.problem.code if record.problem else None,
        )
        if record.stage.has_ended:
            self._ended(record)

    def _ended(self, record: SendRecord) -> None:
        self._telemetry.add(
            SENDS, tenant=record.tenant, state=record.stage.value
        )
        self._telemetry.log(
            AUDIT,
            operation=f"outbox.{record.stage}",
            tenant=record.tenant,
            target=[record.id],
            outcome=record.stage.outcome,
            code=record.problem.code if record.problem else None,
        )

    def deferred(
        self, record: SendRecord, error: ExchangeError, pause: float
    ) -> None:
        """Tell why a send waits, and for how many seconds."""
        self._telemetry.log(
            SEND_DEFERRED,
            tenant=record.tenant,
            send_id=record.id,
            stage=record.stage,
            attempts=record.attempts,
            outcome=error.code,
            retry_in_s=round(pause, 1),
        )

    def broken(self, error: Exception, send: str | None = None) -> None:
        """Tell of an error that nobody thought of."""
        self._telemetry.log(
            SEND_BROKEN,
            send_id=send,
            error=type(error).__name__,
            where=innermost_line(error),
        )

    def given_up(self, record: SendRecord, mailbox: str) -> None:
        """Tell of a send that nobody knows whether it was sent."""
        if record.stage is not Stage.UNKNOWN or record.problem is None:
            return
        self._telemetry.log(
            SEND_UNKNOWN,
            tenant=record.tenant,
            mailbox_hash=self._telemetry.pseudonym(mailbox),
            send_id=record.id,
            outcome=record.problem.code,
        )
