"""Contact folders. They lie in the default one, which is never listed.

Source: https://learn.microsoft.com/graph/api/user-list-contactfolders
"""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.contacts.bodies import read_folder
from app.sandbox.graph.contacts.lists import filtered, page_of
from app.sandbox.graph.contacts.types import CONTACT_FOLDER
from app.sandbox.graph.contacts.views import FolderView
from app.sandbox.graph.context import Context
from app.sandbox.odata.options import read_options
from app.sandbox.state.contacts import ContactBook, ContactFolder
from app.sandbox.wire import Answer, GraphError, empty, json_answer

__all__ = [
    "create_contact_folder",
    "delete_contact_folder",
    "get_contact_folder",
    "list_contact_folders",
    "update_contact_folder",
]


def list_contact_folders(context: Context) -> Answer:
    """List the folders in the default one."""
    options = read_options(
        context.request,
        *("count", "expand", "filter", "orderby", "select", "skip", "top"),
    )
    view = FolderView.of(options)
    book = context.mailbox.contacts
    inside = [f for f in book.folders.values() if f.parent == book.default.id]
    found = filtered(inside, options, CONTACT_FOLDER)
    return page_of(context, options, "contactFolders", found, view.show)


def get_contact_folder(context: Context) -> Answer:
    """Get one folder; ``contacts`` is the name of the default one."""
    options = read_options(context.request, "expand", "select")
    folder = context.mailbox.contacts.folder(context.params["folder"])
    return _entity(context, folder, FolderView.of(options), 200)


def create_contact_folder(context: Context) -> Answer:
    """Create a folder in the default one."""
    read_options(context.request)
    book = context.mailbox.contacts
    written = read_folder(read_json(context.request))
    name = written.properties.get("displayName")
    if not name:
        raise not_deserializable("'displayName' is missing")
    _need_free(book, name)
    made = book.add_folder(name, book.new_key(), extended=written.extended)
    answer = _entity(context, made, FolderView(), HTTPStatus.CREATED)
    return answer.plus({"Location": context.url("contactFolders", made.id)})


def update_contact_folder(context: Context) -> Answer:
    """Rename a folder."""
    read_options(context.request)
    book = context.mailbox.contacts
    folder = book.folder(context.params["folder"])
    _need_private(book, folder)
    written = read_folder(read_json(context.request)).properties
    name = written.get("displayName", folder.name)
    if name != folder.name:
        _need_free(book, name)
    changed = replace(folder, name=name)
    book.folders[folder.id] = changed
    return _entity(context, changed, FolderView(), 200)


def delete_contact_folder(context: Context) -> Answer:
    """Delete a folder and all that is in it."""
    book = context.mailbox.contacts
    folder = book.folder(context.params["folder"])
    _need_private(book, folder)
    book.remove_folder(folder)
    return empty(204)


def _need_free(book: ContactBook, name: str) -> None:
    taken = {folder.name.casefold() for folder in book.folders.values()}
    if name.casefold() in taken:
        raise GraphError(
            409,
            "ErrorFolderExists",
            "A folder with the specified name already exists.",
        )


def _need_private(book: ContactBook, folder: ContactFolder) -> None:
    if folder == book.default:
        raise GraphError(
            400,
            "ErrorDeleteDistinguishedFolder",
            "Distinguished folders cannot be deleted.",
        )


def _entity(
    context: Context, folder: ContactFolder, view: FolderView, status: int
) -> Answer:
    head: dict[str, Any] = {
        "@odata.context": context.metadata("contactFolders/$entity")
    }
    return json_answer(head | view.show(folder), status)
