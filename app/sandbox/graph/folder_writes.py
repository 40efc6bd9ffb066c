"""Creating, renaming, moving, copying and deleting folders."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.context import Context, Handler
from app.sandbox.graph.drafts import read_extended
from app.sandbox.graph.folders import folder_entity
from app.sandbox.graph.types import FOLDER
from app.sandbox.graph.writes import destination
from app.sandbox.odata.options import read_options
from app.sandbox.state.folders import ROOT, WELL_KNOWN, Folder
from app.sandbox.state.tree import (
    copy_branch,
    grow,
    lies_in,
    named,
    remove_branch,
)
from app.sandbox.wire import Answer, GraphError, empty, json_answer

__all__ = ["FOLDER_WRITES"]

FOLDERS = "/users/{mailbox}/mailFolders"
PATH = f"{FOLDERS}/{{folder}}"
LONGEST_NAME = 255
SET = "ErrorInvalidPropertySet"


def create_folder(context: Context) -> Answer:
    """Create a folder, at the top or in the folder of the path."""
    read_options(context.request)
    mailbox = context.mailbox
    parent = mailbox.folder(context.params.get("folder", ROOT))
    given = _properties(read_json(context.request))
    name = _name(given.get("displayName"))
    _refuse_twin(context, parent, name)
    folder = replace(
        grow(mailbox, parent, name),
        hidden=_hidden(given.get("isHidden", False)),
        extended=read_extended(given.get("singleValueExtendedProperties", [])),
    )
    mailbox.add_folder(folder)
    location = {"Location": context.url("mailFolders", folder.id)}
    return json_answer(folder_entity(context, folder), 201).plus(location)


def update_folder(context: Context) -> Answer:
    """Rename a folder; whether it is hidden is settled when it is made."""
    read_options(context.request)
    folder = _own_folder(context, "ErrorFolderSave", "renamed")
    given = _properties(read_json(context.request))
    if "isHidden" in given:
        raise _refused(SET, "Set action is invalid for property: isHidden.")
    if "displayName" in given:
        name = _name(given["displayName"])
        parent = context.mailbox.folder(folder.parent or ROOT)
        _refuse_twin(context, parent, name, folder)
        folder = replace(folder, name=name)
    extended = read_extended(given.get("singleValueExtendedProperties", []))
    folder = replace(folder, extended={**folder.extended, **extended})
    context.mailbox.add_folder(folder)
    return json_answer(folder_entity(context, folder))


def delete_folder(context: Context) -> Answer:
    """Delete a folder: the first time it only moves to Deleted Items."""
    folder = _own_folder(context, "ErrorDeleteDistinguishedFolder", "deleted")
    mailbox = context.mailbox
    deleted = mailbox.folder("deleteditems")
    if lies_in(mailbox, folder, deleted):
        remove_branch(mailbox, folder, context.now)
    else:
        name = _free_name(context, deleted, folder.name)
        mailbox.add_folder(replace(folder, name=name, parent=deleted.id))
    return empty(204)


def purge_folder(context: Context) -> Answer:
    """Delete a folder for good."""
    folder = _own_folder(context, "ErrorDeleteDistinguishedFolder", "deleted")
    remove_branch(context.mailbox, folder, context.now)
    return empty(204)


def move_folder(context: Context) -> Answer:
    """Move a folder into another; its id stays."""
    folder = _own_folder(context, "ErrorMoveDistinguishedFolder", "moved")
    parent = _new_parent(context, folder)
    _refuse_twin(context, parent, folder.name)
    moved = replace(folder, parent=parent.id)
    context.mailbox.add_folder(moved)
    return json_answer(folder_entity(context, moved))


def copy_folder(context: Context) -> Answer:
    """Copy a folder into another, with all that is in it."""
    folder = context.mailbox.folder(context.params["folder"])
    parent = _new_parent(context, folder)
    _refuse_twin(context, parent, folder.name)
    twin = copy_branch(context.mailbox, folder, parent, context.now)
    return json_answer(folder_entity(context, twin))


FOLDER_WRITES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", FOLDERS, create_folder),
    ("POST", f"{PATH}/childFolders", create_folder),
    ("PATCH", PATH, update_folder),
    ("DELETE", PATH, delete_folder),
    ("POST", f"{PATH}/move", move_folder),
    ("POST", f"{PATH}/copy", copy_folder),
    ("POST", f"{PATH}/permanentDelete", purge_folder),
)


def _own_folder(context: Context, code: str, done: str) -> Folder:
    """Return the folder of the path, which must not be one of Exchange's."""
    folder = context.mailbox.folder(context.params["folder"])
    if folder.key in WELL_KNOWN:
        raise _refused(code, f"A distinguished folder cannot be {done}.")
    return folder


def _new_parent(context: Context, folder: Folder) -> Folder:
    read_options(context.request)
    parent = destination(context)
    if lies_in(context.mailbox, parent, folder):
        raise GraphError(
            500, "ErrorMoveCopyFailed", "The move or copy operation failed."
        )
    return parent


def _refuse_twin(
    context: Context, parent: Folder, name: str, beside: Folder | None = None
) -> None:
    """Refuse a second folder of a name, other than the one to rename."""
    twin = named(context.mailbox, parent, name)
    if twin is None or (beside is not None and twin.id == beside.id):
        return
    raise GraphError(
        HTTPStatus.CONFLICT,
        "ErrorFolderExists",
        "A folder with the specified name already exists.",
    )


def _free_name(context: Context, parent: Folder, name: str) -> str:
    """Return a name that no other folder there has."""
    free, number = name, 0
    while named(context.mailbox, parent, free) is not None:
        number += 1
        free = f"{name}{number}"
    return free


def _properties(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be written of a folder."""
    given = {k: v for k, v in data.items() if not k.startswith("@odata.")}
    writable = {"displayName", "isHidden", "singleValueExtendedProperties"}
    for name in set(given) - writable:
        if name in FOLDER.selectable:
            raise _refused(SET, f"Set action is invalid for property: {name}.")
        raise not_deserializable(
            f"the property '{name}' does not exist on type '{FOLDER.name}'"
        )
    return given


def _name(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise not_deserializable("'displayName' is no text")
    if not value or not value.strip() or len(value) > LONGEST_NAME:
        raise _refused(
            "ErrorFolderSavePropertyError", "The display name is invalid."
        )
    return value


def _hidden(value: Any) -> bool:
    if not isinstance(value, bool):
        raise not_deserializable("'isHidden' is neither true nor false")
    return value


def _refused(code: str, message: str) -> GraphError:
    return GraphError(HTTPStatus.BAD_REQUEST, code, message)
