"""FastAPI and O365, in the thread pool: the library blocks."""

from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from O365 import Account, MSGraphProtocol
from O365.utils import QueryBuilder
from O365.utils.token import MemoryTokenBackend

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
)

__all__ = ["create_app"]

_UTC = ZoneInfo("UTC")


class _Token(MemoryTokenBackend):  # type: ignore[misc] # it is untyped
    """Has a token at hand."""

    def get_access_token(self, *, username: str | None = None) -> Any:
        del username
        return {"secret": "static"}


def create_app(graph: str) -> FastAPI:
    """Return the application."""
    here = type("Here", (MSGraphProtocol,), {"_protocol_url": f"{graph}/"})
    account = Account(
        ("client", "secret"),
        auth_flow_type="credentials",
        tenant_id="tenant",
        protocol=here(timezone=_UTC),
        token_backend=_Token(),
        # It waits a fifth of a second between requests otherwise.
        requests_delay=0,
    )
    query = QueryBuilder(account.protocol)
    chosen = query.select(*SELECTED)
    whole = query.select(*SELECTED, "body") & query.expand("attachments")
    app = FastAPI()

    @app.get("/messages")
    def list_messages(mailbox: str) -> MessagePage:
        found = account.mailbox(mailbox).get_messages(
            limit=25, query=chosen, order_by="receivedDateTime desc"
        )
        items = [MessageSummary(**_members(item)) for item in found]
        return MessagePage(items=items, next_cursor=str(len(items)))

    @app.get("/messages/{message_id}")
    def get_message(mailbox: str, message_id: str) -> Message:
        item = account.mailbox(mailbox).get_message(message_id, query=whole)
        return Message(
            **_members(item),
            body=Body(format=item.body_type.lower(), content=item.body),
            attachments=[_attachment(part) for part in item.attachments],
        )

    return app


def _members(item: Any) -> dict[str, Any]:
    # The library tells no change key, and of both senders one.
    sender = _person(item.sender)
    return {
        "id": item.object_id,
        "thread_id": item.conversation_id,
        "folder_id": item.folder_id,
        "internet_message_id": item.internet_message_id,
        "subject": item.subject or "",
        "preview": item.body_preview or "",
        "from_": sender,
        "sender": sender,
        "to": [_person(one) for one in item.to],
        "cc": [_person(one) for one in item.cc],
        "bcc": [_person(one) for one in item.bcc],
        "reply_to": [_person(one) for one in item.reply_to],
        "sent_at": item.sent,
        "received_at": item.received,
        "created_at": item.created,
        "modified_at": item.modified,
        "is_read": item.is_read,
        "is_draft": item.is_draft,
        "flag": _flag(item.flag),
        "importance": item.importance.value,
        "categories": item.categories,
        "has_attachments": item.has_attachments,
        "web_link": item.web_link,
        "etag": f'"{item.modified.isoformat()}"',
    }


def _person(who: Any) -> Person:
    return Person(name=who.name, address=who.address)


def _flag(flag: Any) -> Flag:
    status = flag.status.value
    return Flag(
        status="none" if status == "not_flagged" else status,
        due_at=flag.due_date,
    )


def _attachment(part: Any) -> Attachment:
    # Nor does it tell types of content and times of change.
    return Attachment(
        id=part.attachment_id,
        name=part.name,
        content_type=None,
        size=part.size,
        is_inline=part.is_inline,
        content_id=part.content_id,
        kind=part.attachment_type,
        modified_at=None,
    )


if __name__ == "__main__":
    serve(create_app)
