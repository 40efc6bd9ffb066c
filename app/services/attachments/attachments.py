"""What callers can do with attachments."""

from dataclasses import dataclass

import msgspec

from app.gateway.attachments import AttachmentGateway
from app.models.answers import Answer, ByteStream
from app.models.context import InMailbox
from app.models.mail import Attachment
from app.models.queries import Paging
from app.problems.resources import NotSupported
from app.services.conditions import expect_unchanged
from app.services.removal import remove

__all__ = ["AttachmentService", "Content"]


@dataclass(frozen=True, slots=True)
class Content:
    """What is known about the content of an attachment.

    ``etag`` is None where it is made anew each time: the MIME of an item.
    That of a file never changes.
    """

    about: Attachment
    etag: str | None


class AttachmentService:
    """Lists and removes attachments, and hands on their content."""

    def __init__(self, attachments: AttachmentGateway) -> None:
        self._attachments = attachments

    async def list_attachments(
        self, where: InMailbox, message: str, page: Paging
    ) -> Answer:
        """Return a page of attachments (`AttachmentList`)."""
        return await self._attachments.list_attachments(where, message, page)

    async def get_attachment(
        self, where: InMailbox, message: str, attachment: str
    ) -> Answer:
        """Return what is known about an attachment (`Attachment`)."""
        return await self._attachments.get_attachment(
            where, message, attachment
        )

    async def look_at_content(
        self, where: InMailbox, message: str, attachment: str
    ) -> Content:
        """Return what is known about the content of an attachment.

        Raises:
            NotSupported: It is a link to a file that lies elsewhere.
        """
        answer = await self.get_attachment(where, message, attachment)
        about = msgspec.json.decode(answer.body, type=Attachment)
        if about["kind"] == "reference":
            raise NotSupported("A reference has no content of its own.")
        is_file = about["kind"] == "file"
        return Content(about, answer.etag if is_file else None)

    async def read_attachment(
        self, where: InMailbox, message: str, attachment: str
    ) -> ByteStream:
        """Return the content of an attachment, to be closed."""
        return await self._attachments.read_attachment(
            where, message, attachment
        )

    async def delete_attachment(
        self, where: InMailbox, message: str, attachment: str, etag: str | None
    ) -> None:
        """Take an attachment from its message.

        If that ends without a clear answer it is done again: who finds
        nothing then has removed it the first time.

        Raises:
            PreconditionFailed: It has another entity tag.
        """

        async def read(where: InMailbox) -> Answer:
            return await self.get_attachment(where, message, attachment)

        await expect_unchanged(etag, where, read)

        async def delete() -> None:
            await self._attachments.delete_attachment(
                where, message, attachment
            )

        await remove(delete)
