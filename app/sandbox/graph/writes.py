"""Creating, changing, moving and deleting messages."""

import re
from dataclasses import replace
from http import HTTPStatus

from app.sandbox.clock import stamp
from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.context import Context
from app.sandbox.graph.drafts import read_draft, refuse_sent_changes
from app.sandbox.graph.render import message_view
from app.sandbox.odata.options import read_options
from app.sandbox.state.folders import Folder
from app.sandbox.state.items import Item
from app.sandbox.wire import Answer, GraphError, empty, json_answer

__all__ = [
    "copy_message",
    "create_message",
    "delete_message",
    "destination",
    "message_entity",
    "move_message",
    "new_draft",
    "purge_message",
    "update_message",
]

ETAG = re.compile(r'W/"[A-Za-z0-9+/]+=*"')
CONFLICT = (
    "The send or update operation could not be performed because the change "
    "key passed in the request does not match the current change key for the "
    "item."
)


def create_message(context: Context) -> Answer:
    """Create a draft, in Drafts or in the folder of the path."""
    read_options(context.request)
    mailbox = context.mailbox
    folder = mailbox.folder(context.params.get("folder", "drafts"))
    data = read_json(context.request)
    item = new_draft(context, data, folder)
    return message_entity(context, item, 201)


def update_message(context: Context) -> Answer:
    """Change a message."""
    read_options(context.request)
    item = context.mailbox.find(context.params["id"])
    _check_etag(context, item)
    data = read_json(context.request)
    draft = read_draft(data, stamp(context.now), creating=False)
    if not item.properties["isDraft"]:
        refuse_sent_changes(draft.properties)
    changed = replace(
        item.changed(draft.properties),
        extended={**item.extended, **draft.extended},
    )
    return message_entity(
        context, context.mailbox.update(changed, context.now), 200
    )


def delete_message(context: Context) -> Answer:
    """Delete a message: the first time it only moves to Deleted Items."""
    mailbox = context.mailbox
    item = mailbox.find(context.params["id"])
    _check_etag(context, item)
    deleted = mailbox.folder("deleteditems")
    recoverable = mailbox.folder("recoverableitemsdeletions")
    if item.folder == recoverable.id:
        mailbox.remove(item)
    elif item.folder == deleted.id:
        mailbox.move(item, recoverable, context.now)
    else:
        mailbox.move(item, deleted, context.now)
    return empty(204)


def purge_message(context: Context) -> Answer:
    """Delete a message for good."""
    mailbox = context.mailbox
    mailbox.remove(mailbox.find(context.params["id"]))
    return empty(204)


def move_message(context: Context) -> Answer:
    """Move a message to another folder."""
    item = context.mailbox.find(context.params["id"])
    folder = destination(context)
    moved = context.mailbox.move(item, folder, context.now)
    return message_entity(context, moved, 201)


def copy_message(context: Context) -> Answer:
    """Copy a message to a folder."""
    item = context.mailbox.find(context.params["id"])
    folder = destination(context)
    twin = context.mailbox.copy_item(item, folder, context.now)
    return message_entity(context, twin, 201)


def new_draft(
    context: Context, data: dict[str, object], folder: Folder
) -> Item:
    """Store a new draft and return it.

    Raises:
        GraphError: 400, for a body that says what cannot be.
    """
    mailbox, now = context.mailbox, context.now
    draft = read_draft(data, stamp(now), creating=True)
    properties = {**draft.properties, "isDraft": True, "isRead": True}
    item = mailbox.create(properties, folder=folder, now=now)
    return mailbox.dress(
        item,
        draft.attachments,
        headers=draft.headers,
        extended=draft.extended,
    )


def _check_etag(context: Context, item: Item) -> None:
    """Refuse a change of another version than the caller means.

    Raises:
        GraphError: 412 when it is another, 400 when it is no version.
    """
    wanted = context.request.header("if-match")
    if wanted in (None, "*", item.etag):
        return
    if ETAG.fullmatch(str(wanted)):
        raise GraphError(412, "ErrorIrresolvableConflict", CONFLICT)
    raise GraphError(
        400, "ErrorInvalidChangeKey", "The change key is invalid."
    )


def destination(context: Context) -> Folder:
    """Return the folder that something is to be put into.

    Raises:
        GraphError: 400 or 404, when the body names none.
    """
    data = read_json(context.request)
    name = data.pop("destinationId", data.pop("DestinationId", None))
    if not isinstance(name, str) or data:
        raise not_deserializable("expected 'destinationId' alone")
    try:
        return context.mailbox.folder(name)
    except GraphError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise GraphError(
            404,
            "ErrorToFolderNotFound",
            "The destination folder could not be found.",
        ) from error


def message_entity(context: Context, item: Item, status: int) -> Answer:
    """Return a message that was written, unless less is preferred."""
    view = message_view(context.prefer)
    location = context.url("messages", view.id_of(item))
    headers = {"Location": location} if status == HTTPStatus.CREATED else {}
    if context.prefer.minimal:
        return empty(204).plus(headers)
    body = {"@odata.context": context.metadata("messages/$entity")}
    return json_answer(body | view.show(item), status).plus(headers)
