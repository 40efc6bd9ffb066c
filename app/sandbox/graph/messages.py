"""Reading messages: lists, searches, one message, its MIME."""

from collections.abc import Iterable
from typing import Any

from app.sandbox.graph.context import Context
from app.sandbox.graph.mime import to_mime
from app.sandbox.graph.render import message_view
from app.sandbox.graph.types import MESSAGE
from app.sandbox.odata.evaluate import compile_filter
from app.sandbox.odata.options import Options, read_options
from app.sandbox.odata.order import check_against_filter, parse_order, sort
from app.sandbox.odata.paging import (
    Page,
    next_link,
    page_size,
    read_token,
    skip_token,
    take,
)
from app.sandbox.odata.parser import parse_filter
from app.sandbox.odata.search import compile_search
from app.sandbox.state.items import Item
from app.sandbox.wire import Answer, GraphError, bad_query, json_answer

__all__ = [
    "count_messages",
    "get_message",
    "get_mime",
    "list_folder_messages",
    "list_messages",
]

DEFAULT_PAGE = 10
MAX_PAGE = 1000
MAX_FOUND = 250
# The codes are Graph's for the first two; the others are taken to be alike.
SEARCH_ALONE = {
    "filter": "SearchWithFilter",
    "orderby": "SearchWithOrderBy",
    "skip": "SearchWithSkip",
    "count": "SearchWithCount",
}


def list_messages(context: Context) -> Answer:
    """List the messages of a mailbox."""
    return _list(context, context.mailbox.visible(), "messages")


def list_folder_messages(context: Context) -> Answer:
    """List the messages of a folder."""
    name = context.params["folder"]
    folder = context.mailbox.folder(name)
    resource = f"mailFolders('{name}')/messages"
    return _list(context, context.mailbox.inside(folder), resource)


def count_messages(context: Context) -> Answer:
    """Count the messages of a mailbox or a folder, as plain text."""
    options = read_options(context.request, "filter")
    mailbox = context.mailbox
    if "folder" in context.params:
        folder = mailbox.folder(context.params["folder"])
        items = mailbox.inside(folder)
    else:
        items = mailbox.visible()
    count = len(_filtered(items, options))
    return Answer(
        headers={"Content-Type": "text/plain"}, body=str(count).encode()
    )


def get_message(context: Context) -> Answer:
    """Get one message."""
    options = read_options(context.request, "select", "expand")
    view = message_view(context.prefer, options.select, options.expand)
    item = context.mailbox.find(context.params["id"])
    body = {"@odata.context": context.metadata("messages/$entity")}
    return json_answer(body | view.show(item))


def get_mime(context: Context) -> Answer:
    """Get one message as MIME."""
    item = context.mailbox.find(context.params["id"])
    return Answer(headers={"Content-Type": "text/plain"}, body=to_mime(item))


def _list(context: Context, items: Iterable[Item], resource: str) -> Answer:
    options = read_options(
        context.request,
        "count",
        "expand",
        "filter",
        "orderby",
        "search",
        "select",
        "skip",
        "skiptoken",
        "top",
    )
    if options.search is not None:
        return _search(context, items, options, resource)
    if options.skiptoken is not None:
        raise bad_query("A skip token belongs to a search.")
    found = _filtered(items, options)
    page = take(found, options.skip or 0, _size(context, options))
    body = _shown(context, options, page, resource)
    if options.count:
        body["@odata.count"] = len(found)
    if page.next is not None:
        link = next_link(context.request, "skip", page.next)
        body["@odata.nextLink"] = link
    return json_answer(body)


def _filtered(items: Iterable[Item], options: Options) -> list[Item]:
    """Return what a filter lets pass, in the order asked for."""
    node = None if options.filter is None else parse_filter(options.filter)
    order = parse_order(options.orderby, MESSAGE)
    check_against_filter(order, node)
    found = sorted(items, key=_received, reverse=True)
    if node is not None:
        matches = compile_filter(node, MESSAGE)
        found = [item for item in found if matches(item.facts)]
    return sort(found, order, lambda item: item.properties)


def _search(
    context: Context,
    items: Iterable[Item],
    options: Options,
    resource: str,
) -> Answer:
    _check_alone(options)
    matches = compile_search(str(options.search))
    newest = sorted(items, key=_received, reverse=True)
    found = [item for item in newest if matches(item)][:MAX_FOUND]
    start = _start(options.skiptoken)
    page = take(found, start, _size(context, options))
    body = _shown(context, options, page, resource)
    if page.next is not None:
        token = skip_token(page.next)
        body["@odata.nextLink"] = next_link(
            context.request, "skiptoken", token
        )
    return json_answer(body)


def _check_alone(options: Options) -> None:
    for name, code in SEARCH_ALONE.items():
        if getattr(options, name):
            raise GraphError(
                400,
                code,
                f"The query parameter '${name}' is not supported with "
                "'$search'.",
            )


def _size(context: Context, options: Options) -> int:
    preferred = context.prefer.max_page_size
    size = page_size(options.top, preferred or DEFAULT_PAGE, MAX_PAGE)
    return min(size, preferred or MAX_PAGE)


def _shown(
    context: Context, options: Options, page: Page, resource: str
) -> dict[str, Any]:
    """Return a page's body but for its link."""
    view = message_view(context.prefer, options.select, options.expand)
    return {
        "@odata.context": context.metadata(resource),
        "value": [view.show(item) for item in page.entries],
    }


def _received(item: Item) -> str:
    return str(item.properties["receivedDateTime"])


def _start(token: str | None) -> int:
    try:
        return read_token(token)
    except ValueError as error:
        raise bad_query(f"The skip token '{token}' is malformed.") from error
