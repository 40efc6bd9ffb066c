"""What callers can do with messages that exist."""

from collections.abc import Awaitable, Callable

import msgspec

from app.clock import Clock
from app.gateway.folders import FolderGateway
from app.gateway.mail import MailGateway
from app.gateway.translation.etags import graph_tag, is_same_state
from app.models.answers import Answer, ByteStream
from app.models.compose import MessagePatch
from app.models.context import InMailbox
from app.models.mail import Message
from app.models.queries import MessageView
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import DeadlineExceeded
from app.problems.resources import PreconditionFailed
from app.services.mail.changes import is_deleted, shows
from app.services.removal import remove

__all__ = ["MessageService"]


class MessageService:
    """Reads, changes and deletes messages."""

    def __init__(
        self, mail: MailGateway, folders: FolderGateway, clock: Clock
    ) -> None:
        self._mail = mail
        self._folders = folders
        self._clock = clock

    async def get_message(
        self, where: InMailbox, message: str, view: MessageView
    ) -> Answer:
        """Return a message (`Message`)."""
        return await self._mail.get_message(where, message, view)

    async def read_mime(self, where: InMailbox, message: str) -> ByteStream:
        """Return a message as ``message/rfc822``, to be closed."""
        return await self._mail.read_mime(where, message)

    async def update_message(
        self,
        where: InMailbox,
        message: str,
        patch: MessagePatch,
        etag: str | None,
    ) -> Answer:
        """Change a message, if it still has the entity tag; return it.

        If the tag is another one because of an attempt whose answer was
        lost, the change is done: it is looked whether the message shows it.
        """
        try:
            await self._mail.update_message(where, message, patch, etag)
        except PreconditionFailed as error:
            is_in_doubt = error.outcome is Outcome.UNKNOWN
            if not (is_in_doubt and await self._shows(where, message, patch)):
                raise
        return await self._mail.read_back(where, message)

    async def delete_message(
        self, where: InMailbox, message: str, etag: str | None
    ) -> None:
        """Move a message to Deleted Items, if it still has the entity tag.

        One that lies there already is removed from sight, as in Outlook.
        """

        async def delete() -> None:
            await self._mail.delete_message(where, message, etag)

        began = self._clock.wall()

        async def is_done(found: Message) -> bool:
            answer = await self._folders.well_known_folders(where)
            ids = msgspec.json.decode(answer.body, type=dict[str, str])
            deleted = is_deleted(found, ids.get("deleted"), began)
            if deleted is None:
                raise DeadlineExceeded(outcome=Outcome.UNKNOWN)
            return deleted

        await self._once(where, message, delete, is_done)

    async def purge_message(
        self, where: InMailbox, message: str, etag: str | None
    ) -> None:
        """Delete a message for good, if it still has the entity tag."""
        if etag is not None:
            # Graph takes no condition here, so it is checked beforehand.
            now = await self._mail.look_at_message(where, message)
            # Graph's own tags are weak and never match (RFC 9110 §13.1.1).
            is_strong = graph_tag(etag) is not None
            if not (is_strong and is_same_state(etag, now.etag or "")):
                raise PreconditionFailed

        async def purge() -> None:
            await self._mail.purge_message(where, message)

        async def is_done(_found: Message) -> bool:
            return False

        await self._once(where, message, purge, is_done)

    async def _shows(
        self, where: InMailbox, message: str, patch: MessagePatch
    ) -> bool:
        try:
            answer = await self._mail.look_at_message(where, message)
        except ExchangeError:
            return False
        found = msgspec.json.decode(answer.body, type=Message)
        return shows(found, patch)

    async def _once(
        self,
        where: InMailbox,
        message: str,
        act: Callable[[], Awaitable[None]],
        is_done: Callable[[Message], Awaitable[bool]],
    ) -> None:
        """Act; if that ends without a clear answer, look before repeating.

        With immutable ids a second removal would find the message where the
        first has put it, and take it further than was asked for.
        """

        async def is_gone() -> bool:
            answer = await self._mail.look_at_message(where, message)
            found = msgspec.json.decode(answer.body, type=Message)
            return await is_done(found)

        await remove(act, is_gone)
