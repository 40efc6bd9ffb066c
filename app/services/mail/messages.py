"""What callers can do with messages that exist."""

from collections.abc import Awaitable, Callable
from functools import partial

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
from app.problems.errors import Outcome
from app.problems.failures import DeadlineExceeded
from app.problems.resources import PreconditionFailed
from app.services.conditions import change
from app.services.mail.changes import is_deleted, shows
from app.services.reading import read_back
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
        """Change a message, if it still has the entity tag; return it."""

        def is_done(found: Answer) -> bool:
            now = msgspec.json.decode(found.body, type=Message)
            return shows(now, patch)

        await change(
            partial(self._mail.update_message, where, message, patch, etag),
            partial(self._mail.look_at_message, where, message),
            is_done,
        )
        return await read_back(where, self._mail.get_message, message)

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
