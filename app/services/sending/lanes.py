"""Which mailbox a send leaves, for a ledger that must not know addresses."""

from app.ledger.database import Database
from app.ledger.send_records import SendRecord
from app.models.context import APP, InMailbox

__all__ = ["Lanes"]


class Lanes:
    """Names mailboxes by digests.

    A mailbox goes by the name that limits know it by, and that may be learnt
    later than it is first used. So a send also keeps the name that its caller
    has for it, and is found by either.

    What leaves a mailbox with its user's rights is found by that user alone,
    and is in no order with what others send from there: it may have to wait
    for its user, and nobody else should.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, where: InMailbox) -> tuple[bytes, bytes]:
        """Return what stands for a mailbox, and for the caller's name.

        Raises:
            LedgerUnavailable: The ledger cannot be opened.
        """
        vault = await self._database.open()
        context = where.context
        whose = () if context.principal == APP else (context.principal,)
        return (
            vault.digest("mailbox", context.tenant, where.mailbox, *whose),
            vault.digest("mailbox", context.tenant, where.asked_as, *whose),
        )

    async def fits(self, where: InMailbox, record: SendRecord) -> bool:
        """Tell whether a send leaves a mailbox, whatever its name then."""
        names = await self.of(where)
        return record.lane in names or record.named in names
