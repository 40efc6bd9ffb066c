"""Reading folders."""

from collections import Counter
from typing import Any

from app.sandbox.graph.context import Context
from app.sandbox.graph.types import FOLDER
from app.sandbox.odata.evaluate import compile_filter
from app.sandbox.odata.options import Options, read_options
from app.sandbox.odata.order import parse_order, sort
from app.sandbox.odata.paging import next_link, page_size, take
from app.sandbox.odata.parser import parse_filter
from app.sandbox.state.folders import ROOT, Folder
from app.sandbox.state.mailbox import Mailbox
from app.sandbox.wire import Answer, json_answer

__all__ = ["folder_entity", "get_folder", "list_child_folders", "list_folders"]

DEFAULT_PAGE = 10
MAX_PAGE = 1000


def list_folders(context: Context) -> Answer:
    """List the folders at the top."""
    root = context.mailbox.folder(ROOT)
    return _list(context, root, "mailFolders")


def list_child_folders(context: Context) -> Answer:
    """List the folders inside a folder."""
    name = context.params["folder"]
    parent = context.mailbox.folder(name)
    return _list(context, parent, f"mailFolders('{name}')/childFolders")


def get_folder(context: Context) -> Answer:
    """Get one folder."""
    options = read_options(context.request, "select")
    folder = context.mailbox.folder(context.params["folder"])
    return json_answer(folder_entity(context, folder, options.select))


def folder_entity(
    context: Context, folder: Folder, select: str | None = None
) -> dict[str, Any]:
    """Return one folder as an answer of its own.

    Raises:
        GraphError: 400, for properties that do not exist.
    """
    properties = FOLDER.select(select)
    shown = _Counts(context.mailbox).show(folder)
    head = {"@odata.context": context.metadata("mailFolders/$entity")}
    return head | _selected(shown, properties)


class _Counts:
    """Counts what is in every folder, in one go."""

    def __init__(self, mailbox: Mailbox) -> None:
        items = [
            i for i in mailbox.items.values() if i.id not in mailbox.hidden
        ]
        self._total = Counter(item.folder for item in items)
        self._unread = Counter(
            item.folder for item in items if not item.properties["isRead"]
        )
        self._children = Counter(
            folder.parent
            for folder in mailbox.folders_by_id.values()
            if not folder.hidden
        )

    def show(self, folder: Folder) -> dict[str, Any]:
        """Return a folder with its counts, and what filters look at."""
        extended = folder.extended.items()
        return {
            "id": folder.id,
            "displayName": folder.name,
            "parentFolderId": folder.parent,
            "childFolderCount": self._children[folder.id],
            "unreadItemCount": self._unread[folder.id],
            "totalItemCount": self._total[folder.id],
            "isHidden": folder.hidden,
            "singleValueExtendedProperties": [
                {"id": name, "value": value} for name, value in extended
            ],
        }


def _list(context: Context, parent: Folder, resource: str) -> Answer:
    options = read_options(
        context.request, "count", "filter", "orderby", "select", "skip", "top"
    )
    select = FOLDER.select(options.select)
    found = _found(context.mailbox, parent, options)
    size = page_size(options.top, DEFAULT_PAGE, MAX_PAGE)
    page = take(found, options.skip or 0, size)
    body: dict[str, Any] = {"@odata.context": context.metadata(resource)}
    if options.count:
        body["@odata.count"] = len(found)
    body["value"] = [_selected(folder, select) for folder in page.entries]
    if page.next is not None:
        body["@odata.nextLink"] = next_link(context.request, "skip", page.next)
    return json_answer(body)


def _found(
    mailbox: Mailbox, parent: Folder, options: Options
) -> list[dict[str, Any]]:
    with_hidden = options.custom.get("includehiddenfolders") == "true"
    counts = _Counts(mailbox)
    found = [
        counts.show(folder)
        for folder in mailbox.folders_by_id.values()
        if folder.parent == parent.id and (with_hidden or not folder.hidden)
    ]
    if options.filter is not None:
        matches = compile_filter(parse_filter(options.filter), FOLDER)
        found = [folder for folder in found if matches(folder)]
    found.sort(key=lambda folder: str(folder["displayName"]))
    return sort(found, parse_order(options.orderby, FOLDER), dict)


def _selected(shown: dict[str, Any], select: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name in select}
