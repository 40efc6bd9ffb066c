"""Attachments of a message: reading, adding and removing them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.graph.bodies import read_json
from app.sandbox.graph.context import Context
from app.sandbox.graph.mime import attached_mime
from app.sandbox.graph.render import attachment_view
from app.sandbox.graph.uploads import read_attachment
from app.sandbox.odata.options import read_options
from app.sandbox.odata.paging import next_link, page_size, take
from app.sandbox.state.ids import attachment_id
from app.sandbox.state.items import Attachment, Item
from app.sandbox.state.mailbox import Mailbox
from app.sandbox.wire import Answer, GraphError, empty, json_answer

__all__ = [
    "create_attachment",
    "delete_attachment",
    "get_attachment",
    "get_content",
    "list_attachments",
    "put_attachments",
]

MAX_PAGE = 1000
RESOURCE = "messages/attachments"


def list_attachments(context: Context) -> Answer:
    """List the attachments of a message, contents and all."""
    options = read_options(
        context.request, "count", "expand", "select", "skip", "top"
    )
    view = attachment_view(options.select, options.expand)
    item = context.mailbox.find(context.params["id"])
    size = page_size(options.top, MAX_PAGE, MAX_PAGE)
    page = take(item.attachments, options.skip or 0, size)
    body: dict[str, Any] = {"@odata.context": context.metadata(RESOURCE)}
    if options.count:
        body["@odata.count"] = len(item.attachments)
    body["value"] = [
        view.show(one, _id_of(context, item)) for one in page.entries
    ]
    if page.next is not None:
        body["@odata.nextLink"] = next_link(context.request, "skip", page.next)
    return json_answer(body)


def create_attachment(context: Context) -> Answer:
    """Attach a small file or an item."""
    read_options(context.request)
    mailbox = context.mailbox
    item = mailbox.find(context.params["id"])
    data = read_json(context.request)
    made = read_attachment(data, stamp(context.now), mailbox.new_key())
    held = (*item.attachments, made)
    put_attachments(mailbox, item, held, context.now)
    owner = _id_of(context, item)
    shown = attachment_view().show(made, owner)
    place = context.url("messages", owner, "attachments", shown["id"])
    body = {"@odata.context": context.metadata(f"{RESOURCE}/$entity")}
    return json_answer(body | shown, 201).plus({"Location": place})


def delete_attachment(context: Context) -> Answer:
    """Take an attachment from its message."""
    item, attachment = _find(context)
    left = [one for one in item.attachments if one is not attachment]
    put_attachments(context.mailbox, item, left, context.now)
    return empty(204)


def put_attachments(
    mailbox: Mailbox,
    item: Item,
    attachments: Iterable[Attachment],
    now: datetime,
) -> None:
    """Give an item these attachments in place of those that it has."""
    held = tuple(attachments)
    has = any(not one.inline for one in held)
    changed = item.changed({"hasAttachments": has})
    mailbox.update(replace(changed, attachments=held), now)


def get_attachment(context: Context) -> Answer:
    """Get one attachment."""
    options = read_options(context.request, "expand", "select")
    view = attachment_view(options.select, options.expand)
    item, attachment = _find(context)
    body = {"@odata.context": context.metadata(f"{RESOURCE}/$entity")}
    return json_answer(body | view.show(attachment, _id_of(context, item)))


def get_content(context: Context) -> Answer:
    """Get the bytes of a file, or the MIME of an attached item."""
    _, attachment = _find(context)
    if attachment.kind == "file":
        kind = attachment.content_type or "application/octet-stream"
        headers = {"Content-Type": kind}
        return Answer(headers=headers, body=attachment.content)
    if attachment.item is not None:
        mime = attached_mime(attachment.item)
        return Answer(headers={"Content-Type": "text/plain"}, body=mime)
    raise GraphError(
        400,
        "ErrorInvalidOperation",
        "A reference attachment has no content.",
    )


def _find(context: Context) -> tuple[Item, Attachment]:
    """Return the attachment of the path, by either kind of id."""
    item = context.mailbox.find(context.params["id"])
    wanted = context.params["attachment"]
    for attachment in item.attachments:
        for message_id in (item.id, item.mutable_id):
            if attachment_id(message_id, attachment.key) == wanted:
                return item, attachment
    raise context.mailbox.missing(wanted)


def _id_of(context: Context, item: Item) -> str:
    return item.id if context.prefer.immutable_ids else item.mutable_id
