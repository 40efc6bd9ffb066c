"""Which mailbox a send leaves, for a ledger that must not know addresses."""

from itertools import islice

from app.gateway.rights import Rights
from app.ledger.database import Database
from app.ledger.send_records import SendRecord
from app.ledger.sends import SendLedger
from app.models.context import APP, InMailbox

__all__ = ["Lanes"]

# So many of users are looked through at once; the rest has its turn later.
_MOST = 1000


class Lanes:
    """Names mailboxes by digests.

    A mailbox goes by the name that limits know it by, and that may be learnt
    later than it is first used. So a send also keeps the name that its caller
    has for it, and is found by either.

    What leaves a mailbox with its user's rights is found by that user alone,
    and is in no order with what others send from there: it may have to wait
    for its user, and nobody else should.
    """

    def __init__(
        self, database: Database, ledger: SendLedger, rights: Rights
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rights = rights
        self._names: dict[tuple[str, str], bytes] = {}

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

    async def here(self) -> list[bytes]:
        """Return the names of lanes of users who have left a token here.

        Those in which something is to be sent.

        Raises:
            LedgerUnavailable: Nobody knows.
        """
        users = self._rights.users()
        wanted = await self._ledger.of_users() if users else []
        if not wanted:
            return []
        vault, known = await self._database.open(), self._names
        # A user's own name for the mailbox is the object id: there is one.
        self._names = {
            (tenant, user): known.get((tenant, user))
            or vault.digest("mailbox", tenant, user, user)
            for tenant, user in users
        }
        whose = {name: user for user, name in self._names.items()}
        found = (name for name in wanted if name in whose)
        here = (n for n in found if self._rights.has_left(*whose[n]))
        return list(islice(here, _MOST))
