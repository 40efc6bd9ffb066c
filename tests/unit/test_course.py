"""What a send is known to be when the ledger fails while it ends."""

import io
from types import SimpleNamespace
from typing import cast

import pytest

from app.clock import Deadline, SystemClock
from app.ledger.send_records import SendRecord, Stage
from app.models.context import CallContext, InMailbox
from app.problems.errors import ExchangeError, Outcome
from app.problems.ledger import LedgerUnavailable
from app.problems.resources import RecipientsRejected
from app.services.sending.course import Course
from app.services.sending.reports import Reports
from app.services.sending.submissions import Submission
from app.services.sending.tools import Tools
from app.services.sending.views import answer_of
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from tests.unit.test_prospects import record

pytestmark = pytest.mark.anyio


class FailingLedger:
    """Cannot forget; whether it has is told by the outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    async def forget(self, _record: SendRecord) -> None:
        """Fail."""
        raise LedgerUnavailable(outcome=self._outcome)


async def refused(outcome: Outcome) -> SendRecord:
    """Return a send that is refused while its ledger fails."""
    telemetry = Telemetry(EventLog(io.StringIO()))
    tools = SimpleNamespace(
        ledger=FailingLedger(outcome), reports=Reports(telemetry)
    )
    context = CallContext(
        tenant="contoso",
        principal="app",
        deadline=Deadline(SystemClock(), 30.0),
        request_id="r",
    )
    course = Course(
        cast(Tools, tools),
        InMailbox(context, "ada@contoso.example", "ada@contoso.example"),
        Submission(kind="draft", message="m1"),
        record(Stage.DRAFTED),
        is_promised=False,
    )
    with pytest.raises(LedgerUnavailable):
        await course.end(Stage.FAILED, RecipientsRejected())
    return course.record


async def test_what_may_be_forgotten_is_not_promised() -> None:
    """Nobody knows whether it is still there: told so, and no 202."""
    with pytest.raises(ExchangeError) as told:
        answer_of(await refused(Outcome.UNKNOWN))

    assert told.value.code == "ledger-unavailable"
    assert told.value.outcome is Outcome.UNKNOWN


async def test_what_is_still_there_goes_on() -> None:
    """It was not forgotten, so that somebody carries it on."""
    assert answer_of(await refused(Outcome.NOT_PERFORMED)).goes_on
