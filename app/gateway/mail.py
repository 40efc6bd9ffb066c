"""Messages in Graph: builds the calls. Translates; decides nothing."""

from collections.abc import Iterable

from msgspec.structs import replace

from app.gateway.building import call_in, if_match, page_in, prefer
from app.gateway.calls import GraphCall
from app.gateway.operations import mail as operations
from app.gateway.operations.entry import Operation
from app.gateway.pipeline import Pipeline
from app.gateway.queries import SUMMARY, marker_query, message_query
from app.gateway.translation.folders import graph_folder
from app.gateway.translation.writing import draft_json, patch_json
from app.models.answers import Answer, ByteStream
from app.models.compose import Draft, MessagePatch
from app.models.context import InMailbox
from app.models.queries import MessageQuery, MessageView

__all__ = ["MailGateway", "look_call", "messages_call", "messages_in"]

_ATTACHMENTS = (
    "attachments($select=id,name,contentType,size,isInline,"
    "lastModifiedDateTime,microsoft.graph.fileAttachment/contentId)"
)
_HTML = MessageView()
_BARE = MessageView(body="none")


class MailGateway:
    """Reads and changes the messages of a mailbox."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_messages(
        self, where: InMailbox, wanted: MessageQuery
    ) -> Answer:
        """Return a page of messages (`MessagePage`).

        Raises:
            InvalidCursor: The cursor belongs to another list.
            QueryTooComplex: Graph cannot evaluate the combination.
        """
        call = messages_call(where, wanted)
        return await self._pipeline.ask_page(call, wanted.cursor)

    async def get_message(
        self, where: InMailbox, message: str, view: MessageView = _HTML
    ) -> Answer:
        """Return a message (`Message`) in one of its forms."""
        return await self._pipeline.ask(
            _get(operations.GET_MESSAGE, where, message, view)
        )

    async def look_at_message(self, where: InMailbox, message: str) -> Answer:
        """Return a message (`Message`) without its body, as it is now."""
        return await self._pipeline.ask(look_call(where, message))

    async def look_up_marker(self, where: InMailbox, marker: str) -> Answer:
        """Return the messages (`MessagePage`) bearing a marker, as of now."""
        return await self._pipeline.ask(
            call_in(where, operations.LOOK_UP_MARKER, marker_query(marker))
        )

    async def read_mime(self, where: InMailbox, message: str) -> ByteStream:
        """Return a message as ``message/rfc822``, to be closed."""
        return await self._pipeline.stream(
            call_in(where, operations.READ_MIME, message=message)
        )

    async def create_draft(
        self, where: InMailbox, draft: Draft, marker: str
    ) -> Answer:
        """Create a draft (`Message`) that bears a marker."""
        return await self._pipeline.ask(
            replace(
                call_in(where, operations.CREATE_DRAFT),
                headers=prefer("html"),
                body=draft_json(draft, marker),
                representation=_representation(_HTML),
            )
        )

    async def update_message(
        self,
        where: InMailbox,
        message: str,
        patch: MessagePatch,
        etag: str | None = None,
    ) -> Answer:
        """Change a message, if it still has the entity tag; return it.

        Raises:
            PreconditionFailed: It has another one.
        """
        return await self._pipeline.ask(
            replace(
                call_in(where, operations.UPDATE_MESSAGE, message=message),
                headers={**prefer("html"), **if_match(etag)},
                body=patch_json(patch),
                representation=_representation(_HTML),
            )
        )

    async def delete_message(
        self, where: InMailbox, message: str, etag: str | None = None
    ) -> None:
        """Move a message to Deleted Items, or from there out of sight.

        Raises:
            PreconditionFailed: It has another entity tag.
        """
        call = call_in(where, operations.DELETE_MESSAGE, message=message)
        headers = {**call.headers, **if_match(etag)}
        await self._pipeline.ask(replace(call, headers=headers))

    async def purge_message(self, where: InMailbox, message: str) -> None:
        """Delete a message beyond what its owner can recover."""
        await self._pipeline.ask(
            call_in(where, operations.PURGE_MESSAGE, message=message)
        )

    async def send_draft(self, where: InMailbox, message: str) -> None:
        """Have Exchange send a draft; it is sent some time after that."""
        await self._pipeline.ask(
            call_in(where, operations.SEND_DRAFT, message=message)
        )

    def has_moved(self, where: InMailbox, message: str) -> None:
        """Note that a sent draft was seen to have left Drafts."""
        self._pipeline.has_changed(
            call_in(where, operations.SEND_DRAFT, message=message)
        )


def look_call(where: InMailbox, message: str) -> GraphCall:
    """Return the call for a message without its body, as it is now."""
    return _get(operations.LOOK_AT_MESSAGE, where, message, _BARE)


def messages_call(where: InMailbox, wanted: MessageQuery) -> GraphCall:
    """Return the call that asks for the first page of messages.

    Raises:
        InvalidRequest: There is no word to search for.
    """
    return messages_in(where, wanted.folder, message_query(wanted))


def messages_in(
    where: InMailbox, folder: str | None, query: Iterable[tuple[str, str]]
) -> GraphCall:
    """Return the call for a page of messages of a folder, or of all."""
    if folder is None:
        return page_in(where, operations.LIST_MESSAGES, query)
    return page_in(
        where,
        operations.LIST_MESSAGES_OF_FOLDER,
        query,
        folder=graph_folder(folder),
    )


def _get(
    operation: Operation, where: InMailbox, message: str, view: MessageView
) -> GraphCall:
    select = SUMMARY
    if view.body != "none":
        select += ",body"
    if view.headers:
        select += ",internetMessageHeaders"
    query = [("$select", select), ("$expand", _ATTACHMENTS)]
    return replace(
        call_in(where, operation, query, message=message),
        headers=prefer(None if view.body == "none" else view.body),
        representation=_representation(view),
    )


def _representation(view: MessageView) -> str:
    return f"{view.body}+headers" if view.headers else view.body
