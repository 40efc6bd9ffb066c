"""Attachments of events: reading, adding and removing small ones.

Occurrences have those of their series, and none of their own.
"""

from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.graph.bodies import read_json
from app.sandbox.graph.calendar.desk import not_possible, store_of
from app.sandbox.graph.calendar.events import find_event
from app.sandbox.graph.context import Context
from app.sandbox.graph.render import attachment_view
from app.sandbox.graph.uploads import read_attachment
from app.sandbox.odata.options import read_options
from app.sandbox.odata.paging import next_link, page_size, take
from app.sandbox.state.calendar import missing
from app.sandbox.state.calendar_events import Instance
from app.sandbox.state.ids import attachment_id
from app.sandbox.state.items import Attachment
from app.sandbox.wire import Answer, GraphError, empty, json_answer

__all__ = [
    "attach_file",
    "detach_file",
    "get_file",
    "get_file_content",
    "list_files",
]

MAX_PAGE = 1000
RESOURCE = "events/attachments"


def list_files(context: Context) -> Answer:
    """List the attachments of an event, contents and all."""
    options = read_options(
        context.request, "count", "expand", "select", "skip", "top"
    )
    view = attachment_view(options.select, options.expand)
    shown = find_event(context)
    size = page_size(options.top, MAX_PAGE, MAX_PAGE)
    page = take(shown.event.attachments, options.skip or 0, size)
    body: dict[str, Any] = {"@odata.context": context.metadata(RESOURCE)}
    if options.count:
        body["@odata.count"] = len(shown.event.attachments)
    owner = _id_of(context, shown)
    body["value"] = [view.show(one, owner) for one in page.entries]
    if page.next is not None:
        body["@odata.nextLink"] = next_link(context.request, "skip", page.next)
    return json_answer(body)


def get_file(context: Context) -> Answer:
    """Get one attachment of an event."""
    options = read_options(context.request, "expand", "select")
    view = attachment_view(options.select, options.expand)
    shown, attachment = _find(context)
    body = {"@odata.context": context.metadata(f"{RESOURCE}/$entity")}
    return json_answer(body | view.show(attachment, _id_of(context, shown)))


def get_file_content(context: Context) -> Answer:
    """Get the bytes of an attached file."""
    _, attachment = _find(context)
    if attachment.kind != "file":
        raise GraphError(
            400, "ErrorInvalidOperation", "The attachment has no content."
        )
    kind = attachment.content_type or "application/octet-stream"
    return Answer(headers={"Content-Type": kind}, body=attachment.content)


def attach_file(context: Context) -> Answer:
    """Attach a small file or an item to an event."""
    read_options(context.request)
    shown, store = _whole(context), store_of(context)
    data = read_json(context.request)
    made = read_attachment(data, stamp(context.now), store.new_key())
    held = (*shown.event.attachments, made)
    store.attach(shown.event, held, context.now)
    owner = _id_of(context, shown)
    body = attachment_view().show(made, owner)
    place = context.url("events", owner, "attachments", body["id"])
    head = {"@odata.context": context.metadata(f"{RESOURCE}/$entity")}
    return json_answer(head | body, 201).plus({"Location": place})


def detach_file(context: Context) -> Answer:
    """Take an attachment from its event."""
    _whole(context)
    shown, attachment = _find(context)
    left = [one for one in shown.event.attachments if one is not attachment]
    store_of(context).attach(shown.event, left, context.now)
    return empty(204)


def _whole(context: Context) -> Instance:
    """Return an event that may get attachments.

    Raises:
        GraphError: 400, for an occurrence.
    """
    shown = find_event(context)
    if shown.day is not None:
        raise not_possible("The sandbox keeps attachments with the series.")
    return shown


def _find(context: Context) -> tuple[Instance, Attachment]:
    """Return the attachment of the path, by either kind of id."""
    shown = find_event(context)
    wanted = context.params["attachment"]
    for attachment in shown.event.attachments:
        for immutable in (True, False):
            owner = shown.id_of(immutable=immutable)
            if attachment_id(owner, attachment.key) == wanted:
                return shown, attachment
    raise missing()


def _id_of(context: Context, shown: Instance) -> str:
    return shown.id_of(immutable=context.prefer.immutable_ids)
