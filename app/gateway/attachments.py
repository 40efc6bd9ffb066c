"""Attachments in Graph: builds the calls. Translates; decides nothing."""

from app.gateway.building import call_in, page_in
from app.gateway.operations import mail as operations
from app.gateway.pipeline import Pipeline
from app.models.answers import Answer, ByteStream
from app.models.context import InMailbox
from app.models.queries import Paging

__all__ = ["AttachmentGateway"]

_SELECT = (
    "id,name,contentType,size,isInline,lastModifiedDateTime,"
    "microsoft.graph.fileAttachment/contentId"
)


class AttachmentGateway:
    """Reads what is attached to messages."""

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
