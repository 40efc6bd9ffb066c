"""Attachments in Graph: builds the calls. Translates; decides nothing."""

from msgspec.structs import replace

from app.gateway.building import call_in, page_in
from app.gateway.operations import attachments as writing
from app.gateway.operations import mail as operations
from app.gateway.pipeline import Pipeline
from app.gateway.translation.embedding import EMBEDDED, file_json, item_json
from app.models.answers import Answer, ByteStream
from app.models.attaching import IncomingFile
from app.models.context import InMailbox
from app.models.queries import Paging

__all__ = ["AttachmentGateway"]

_SELECT = (
    "id,name,contentType,size,isInline,lastModifiedDateTime,"
    "microsoft.graph.fileAttachment/contentId"
)


class AttachmentGateway:
    """Reads what is attached to messages, attaches and removes."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_attachments(
        self, where: InMailbox, message: str, page: Paging
    ) -> Answer:
        """Return a page of attachments (`AttachmentList`)."""
        query = [("$select", _SELECT), ("$top", str(page.limit))]
        operation = operations.LIST_ATTACHMENTS
        call = page_in(where, operation, query, message=message)
        return await self._pipeline.ask_page(call, page.cursor)

    async def get_attachment(
        self, where: InMailbox, message: str, attachment: str
    ) -> Answer:
        """Return what is known about one attachment (`Attachment`)."""
        return await self._pipeline.ask(
            call_in(
                where,
                operations.GET_ATTACHMENT,
                [("$select", _SELECT)],
                message=message,
                attachment=attachment,
            )
        )

    async def read_attachment(
        self, where: InMailbox, message: str, attachment: str
    ) -> ByteStream:
        """Return the content of one attachment, to be closed."""
        return await self._pipeline.stream(
            call_in(
                where,
                operations.READ_ATTACHMENT,
                message=message,
                attachment=attachment,
            )
        )

    async def attach_file(
        self,
        where: InMailbox,
        message: str,
        file: IncomingFile,
        content: bytes,
    ) -> Answer:
        """Attach a small file; return what is known of it (`Attachment`)."""
        call = call_in(where, writing.CREATE_ATTACHMENT, message=message)
        call = replace(call, body=file_json(file, content))
        return await self._pipeline.ask(call)

    async def attach_message(
        self, where: InMailbox, message: str, other: Answer, name: str | None
    ) -> Answer:
        """Put one message into another (`Attachment`).

        ``other`` is what `read_to_embed` returned.
        """
        call = call_in(where, writing.CREATE_ATTACHMENT, message=message)
        call = replace(call, body=item_json(other.body, name))
        return await self._pipeline.ask(call)

    async def read_to_embed(self, where: InMailbox, message: str) -> Answer:
        """Return a message in the form in which another can contain it."""
        query = [("$select", ",".join(EMBEDDED))]
        operation = writing.READ_TO_EMBED
        return await self._pipeline.ask(
            call_in(where, operation, query, message=message)
        )

    async def delete_attachment(
        self, where: InMailbox, message: str, attachment: str
    ) -> None:
        """Take an attachment from its message."""
        await self._pipeline.ask(
            call_in(
                where,
                writing.DELETE_ATTACHMENT,
                message=message,
                attachment=attachment,
            )
        )
