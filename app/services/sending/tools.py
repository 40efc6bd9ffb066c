"""What sends are carried on with."""

from dataclasses import dataclass

from app.clock import Clock, Stopping
from app.gateway.mail import MailGateway
from app.ledger.sends import SendLedger
from app.services.sending.prospects import Prospects
from app.services.sending.reports import Reports
from app.services.sending.writing import Writer

__all__ = ["Tools"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What sends are carried on with."""

    mail: MailGateway
    writer: Writer
    ledger: SendLedger
    prospects: Prospects
    reports: Reports
    clock: Clock
    stopping: Stopping
