"""What callers can learn about mailboxes."""

from app.gateway.directory import DirectoryGateway
from app.models.answers import Answer
from app.models.context import CallContext, InMailbox
from app.models.queries import MailboxQuery

__all__ = ["MailboxService"]


class MailboxService:
    """Finds mailboxes and tells about them."""

    def __init__(self, directory: DirectoryGateway) -> None:
        self._directory = directory

    def find(self, context: CallContext, name: str) -> InMailbox:
        """Return where a mailbox is that a caller named; asks nobody."""
        return self._directory.find(context, name)

    async def primary(self, where: InMailbox) -> str | None:
        """Return the primary address of a mailbox; may ask for it.

        Raises:
            ExchangeError: There is no such mailbox, or nobody can tell.
        """
        return await self._directory.primary(where)

    async def list_mailboxes(
        self, context: CallContext, wanted: MailboxQuery
    ) -> Answer:
        """Return a page of mailboxes (`MailboxPage`)."""
        return await self._directory.list_mailboxes(context, wanted)

    async def get_mailbox(self, where: InMailbox) -> Answer:
        """Return one mailbox (`Mailbox`)."""
        return await self._directory.get_mailbox(where)
