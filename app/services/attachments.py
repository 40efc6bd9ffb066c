"""What callers can do with attachments."""

from dataclasses import dataclass

import msgspec

from app.gateway.attachments import AttachmentGateway
from app.models.answers import Answer, ByteStream
from app.models.context import InMailbox
from app.models.mail import Attachment
from app.models.queries import Paging
from app.problems.resources import NotSupported

__all__ = ["AttachmentService", "Content"]


@dataclass(frozen=True, slots=True)
class Content:
    """What is attached, and what is known about it. To be closed."""

    about: Attachment
    stream: ByteStream


class AttachmentService:
    """Lists attachments and hands on their content."""

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

    async def read_attachment(
        self, where: InMailbox, message: str, attachment: str
    ) -> Content:
        """Return the content of an attachment.

        Raises:
            NotSupported: It is a link to a file that lies elsewhere.
        """
        answer = await self.get_attachment(where, message, attachment)
        about = msgspec.json.decode(answer.body, type=Attachment)
        if about["kind"] == "reference":
            raise NotSupported("A reference has no content of its own.")
        stream = await self._attachments.read_attachment(
            where, message, attachment
        )
        return Content(about, stream)
