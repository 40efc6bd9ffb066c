"""FastAPI and msgraph-sdk, Microsoft's client for Python."""

from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from kiota_abstractions.authentication import (
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import (
    RequestConfiguration,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.users.item.messages import (
    messages_request_builder as messages_builder,
)
from msgraph.generated.users.item.messages.item import (
    message_item_request_builder as message_builder,
)

from tests.bench.peers.serving import serve
from tests.bench.peers.shapes import (
    SELECTED,
    Attachment,
    Body,
    Flag,
    Message,
    MessagePage,
    MessageSummary,
    Person,
    cursor_in,
)

__all__ = ["create_app"]

_Messages = messages_builder.MessagesRequestBuilder
_Message = message_builder.MessageItemRequestBuilder


class _Token:
    """Has a token at hand, for every host."""

    async def get_authorization_token(
        self, uri: str, additional_authentication_context: Any = None
    ) -> str:
        del uri, additional_authentication_context
        return "static"

    def get_allowed_hosts_validator(self) -> Any:
        return AllowedHostsValidator([])


def create_app(graph: str) -> FastAPI:
    """Return the application."""
    adapter = GraphRequestAdapter(
        BaseBearerTokenAuthenticationProvider(_Token())
    )
    adapter.base_url = f"{graph}/v1.0"
    client = GraphServiceClient(request_adapter=adapter)
    app = FastAPI()

    @app.get("/messages")
    async def list_messages(mailbox: str) -> MessagePage:
        query = _Messages.MessagesRequestBuilderGetQueryParameters(
            select=SELECTED, top=25, orderby=["receivedDateTime desc"]
        )
        page = await client.users.by_user_id(mailbox).messages.get(
            RequestConfiguration(query_parameters=query)
        )
        return MessagePage(
            items=[MessageSummary(**_members(item)) for item in page.value],
            next_cursor=cursor_in(page.odata_next_link),
        )

    @app.get("/messages/{message_id}")
    async def get_message(mailbox: str, message_id: str) -> Message:
        query = _Message.MessageItemRequestBuilderGetQueryParameters(
            select=[*SELECTED, "body"], expand=["attachments"]
        )
        messages = client.users.by_user_id(mailbox).messages
        return _whole(
            await messages.by_message_id(message_id).get(
                RequestConfiguration(query_parameters=query)
            )
        )

    return app


def _whole(item: Any) -> Message:
    body = item.body
    return Message(
        **_members(item),
        body=Body(format=body.content_type.value, content=body.content)
        if body
        else None,
        attachments=[_attachment(part) for part in item.attachments or ()],
    )


def _members(item: Any) -> dict[str, Any]:
    return {
        "id": item.id,
        "thread_id": item.conversation_id,
        "folder_id": item.parent_folder_id,
        "internet_message_id": item.internet_message_id,
        "subject": item.subject or "",
        "preview": item.body_preview or "",
        "from_": _person(item.from_) if item.from_ else None,
        "sender": _person(item.sender) if item.sender else None,
        "to": _people(item.to_recipients),
        "cc": _people(item.cc_recipients),
        "bcc": _people(item.bcc_recipients),
        "reply_to": _people(item.reply_to),
        "sent_at": item.sent_date_time,
        "received_at": item.received_date_time,
        "created_at": item.created_date_time,
        "modified_at": item.last_modified_date_time,
        "is_read": item.is_read,
        "is_draft": item.is_draft,
        "flag": _flag(item.flag),
        "importance": item.importance.value,
        "categories": item.categories or [],
        "has_attachments": item.has_attachments,
        "web_link": item.web_link,
        "etag": f'"{item.change_key}"',
    }


def _person(who: Any) -> Person:
    found = who.email_address
    return Person(name=found.name, address=found.address)


def _people(who: Any) -> list[Person]:
    return [_person(one) for one in who or ()]


def _flag(flag: Any) -> Flag:
    due = flag.due_date_time
    status = flag.flag_status.value
    return Flag(
        status="none" if status == "notFlagged" else status,
        due_at=_utc(due.date_time) if due else None,
    )


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _attachment(part: Any) -> Attachment:
    kind = part.odata_type.removeprefix("#microsoft.graph.")
    return Attachment(
        id=part.id,
        name=part.name,
        content_type=part.content_type,
        size=part.size,
        is_inline=part.is_inline,
        content_id=getattr(part, "content_id", None),
        kind=kind.removesuffix("Attachment"),
        modified_at=part.last_modified_date_time,
    )


if __name__ == "__main__":
    serve(create_app)
