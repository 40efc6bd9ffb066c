"""FastAPI, httpx and pydantic: what most teams write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

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

__all__ = ["create_app", "page_of"]

_LIST = {
    "$select": ",".join(SELECTED),
    "$top": "25",
    "$orderby": "receivedDateTime desc",
}
_ONE = {
    "$select": ",".join([*SELECTED, "body"]),
    "$expand": "attachments",
}


class _Graph(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Address(_Graph):
    name: str | None = None
    address: str | None = None


class _Recipient(_Graph):
    email_address: _Address


class _Time(_Graph):
    date_time: datetime
    time_zone: str


class _Flag(_Graph):
    flag_status: str
    due_date_time: _Time | None = None


class _Body(_Graph):
    content_type: str
    content: str


class _Attachment(_Graph):
    id: str
    odata_type: str = Field("", alias="@odata.type")
    name: str | None = None
    content_type: str | None = None
    size: int = 0
    is_inline: bool = False
    content_id: str | None = None
    last_modified_date_time: datetime | None = None


class _Message(_Graph):
    id: str
    change_key: str
    conversation_id: str | None = None
    parent_folder_id: str | None = None
    internet_message_id: str | None = None
    subject: str | None = None
    body_preview: str | None = None
    from_: _Recipient | None = Field(None, alias="from")
    sender: _Recipient | None = None
    to_recipients: list[_Recipient] = []
    cc_recipients: list[_Recipient] = []
    bcc_recipients: list[_Recipient] = []
    reply_to: list[_Recipient] = []
    sent_date_time: datetime | None = None
    received_date_time: datetime | None = None
    created_date_time: datetime | None = None
    last_modified_date_time: datetime | None = None
    is_read: bool = False
    is_draft: bool = False
    flag: _Flag
    importance: str = "normal"
    categories: list[str] = []
    has_attachments: bool = False
    web_link: str | None = None
    body: _Body | None = None
    attachments: list[_Attachment] = []


class _Page(_Graph):
    value: list[_Message]
    next_link: str | None = Field(None, alias="@odata.nextLink")


def create_app(graph: str) -> FastAPI:
    """Return the application."""
    client = httpx.AsyncClient(
        base_url=f"{graph}/v1.0",
        headers={"Authorization": "Bearer static"},
        timeout=10,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    async def ask(path: str, query: dict[str, str]) -> bytes:
        answer = await client.get(path, params=query)
        if answer.is_error:
            raise HTTPException(502, "Graph failed")
        return answer.content

    app = FastAPI(lifespan=lifespan)

    @app.get("/messages")
    async def list_messages(mailbox: str) -> MessagePage:
        return page_of(await ask(f"/users/{mailbox}/messages", _LIST))

    @app.get("/messages/{message_id}")
    async def get_message(mailbox: str, message_id: str) -> Message:
        path = f"/users/{mailbox}/messages/{message_id}"
        return _whole(_Message.model_validate_json(await ask(path, _ONE)))

    return app


def page_of(body: bytes) -> MessagePage:
    """Return what Graph's page says, in our members."""
    page = _Page.model_validate_json(body)
    return MessagePage(
        items=[MessageSummary(**_members(item)) for item in page.value],
        next_cursor=cursor_in(page.next_link),
    )


def _whole(item: _Message) -> Message:
    body = item.body
    return Message(
        **_members(item),
        body=Body(format=body.content_type.lower(), content=body.content)
        if body
        else None,
        attachments=[_attachment(part) for part in item.attachments],
    )


def _members(item: _Message) -> dict[str, Any]:
    return {
        "id": item.id,
        "thread_id": item.conversation_id,
        "folder_id": item.parent_folder_id,
        "internet_message_id": item.internet_message_id,
        "subject": item.subject or "",
        "preview": item.body_preview or "",
        "from_": _person(item.from_) if item.from_ else None,
        "sender": _person(item.sender) if item.sender else None,
        "to": [_person(one) for one in item.to_recipients],
        "cc": [_person(one) for one in item.cc_recipients],
        "bcc": [_person(one) for one in item.bcc_recipients],
        "reply_to": [_person(one) for one in item.reply_to],
        "sent_at": item.sent_date_time,
        "received_at": item.received_date_time,
        "created_at": item.created_date_time,
        "modified_at": item.last_modified_date_time,
        "is_read": item.is_read,
        "is_draft": item.is_draft,
        "flag": _flag(item.flag),
        "importance": item.importance,
        "categories": item.categories,
        "has_attachments": item.has_attachments,
        "web_link": item.web_link,
        "etag": f'"{item.change_key}"',
    }


def _person(who: _Recipient) -> Person:
    found = who.email_address
    return Person(name=found.name, address=found.address)


def _flag(flag: _Flag) -> Flag:
    due = flag.due_date_time
    status = flag.flag_status
    return Flag(
        status="none" if status == "notFlagged" else status,
        due_at=due.date_time.replace(tzinfo=UTC) if due else None,
    )


def _attachment(part: _Attachment) -> Attachment:
    kind = part.odata_type.removeprefix("#microsoft.graph.")
    return Attachment(
        id=part.id,
        name=part.name,
        content_type=part.content_type,
        size=part.size,
        is_inline=part.is_inline,
        content_id=part.content_id,
        kind=kind.removesuffix("Attachment"),
        modified_at=part.last_modified_date_time,
    )


if __name__ == "__main__":
    serve(create_app)
