"""What sends are carried on with."""

from dataclasses import dataclass

from app.clock import Clock, Stopping
from app.gateway.mail import MailGateway
from app.gateway.rights import Rights
from app.ledger.sends import SendLedger
from app.services.sending.lanes import Lanes
from app.services.sending.prospects import Prospects
from app.services.sending.reports import Reports
from app.services.sending.writing import Writer

__all__ = ["Tools"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What sends are carried on with.

    ``doubt`` is for how many seconds a draft that Exchange may have been
    asked to send must go on to look like one before it is sent again.
    """

    mail: MailGateway
    rights: Rights
    writer: Writer
    ledger: SendLedger
    lanes: Lanes
    prospects: Prospects
    reports: Reports
    clock: Clock
    stopping: Stopping
    doubt: float
