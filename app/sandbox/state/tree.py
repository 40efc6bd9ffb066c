"""Folders within folders: who lies where, and moving whole branches."""

from dataclasses import replace
from datetime import datetime

from app.sandbox.state.folders import Folder
from app.sandbox.state.ids import folder_id
from app.sandbox.state.mailbox import Mailbox

__all__ = [
    "branch",
    "copy_branch",
    "grow",
    "lies_in",
    "named",
    "remove_branch",
]

RECOVERABLE = "recoverableitemsdeletions"


def named(mailbox: Mailbox, parent: Folder, name: str) -> Folder | None:
    """Return the folder of that name in another, whatever its case."""
    for folder in mailbox.folders_by_id.values():
        if folder.parent == parent.id and folder.name.lower() == name.lower():
            return folder
    return None


def lies_in(mailbox: Mailbox, folder: Folder, ancestor: Folder) -> bool:
    """Say whether a folder is another one, or lies anywhere in it."""
    above: Folder | None = folder
    while above is not None:
        if above.id == ancestor.id:
            return True
        above = mailbox.folders_by_id.get(above.parent or "")
    return False


def branch(mailbox: Mailbox, folder: Folder) -> list[Folder]:
    """Return a folder and all below it, each after the one it lies in."""
    found = [folder]
    for one in found:
        found += [
            child
            for child in mailbox.folders_by_id.values()
            if child.parent == one.id
        ]
    return found


def grow(mailbox: Mailbox, parent: Folder, name: str) -> Folder:
    """Return a new folder, which is not yet in its place."""
    key = f"folder-{mailbox.new_key()}"
    return Folder(
        key=key, id=folder_id(mailbox.guid, key), name=name, parent=parent.id
    )


def copy_branch(
    mailbox: Mailbox, folder: Folder, parent: Folder, now: datetime
) -> Folder:
    """Add a copy of a folder with all that is in it; return the copy."""
    places = {folder.parent: parent}
    for one in branch(mailbox, folder):
        twin = replace(
            grow(mailbox, places[one.parent], one.name), hidden=one.hidden
        )
        mailbox.add_folder(twin)
        places[one.id] = twin
        for item in mailbox.inside(one):
            mailbox.copy_item(item, twin, now)
    return places[folder.id]


def remove_branch(mailbox: Mailbox, folder: Folder, now: datetime) -> None:
    """Take a folder away; what is in it can be recovered for a while."""
    recoverable = mailbox.folder(RECOVERABLE)
    for one in reversed(branch(mailbox, folder)):
        for item in mailbox.inside(one):
            mailbox.move(item, recoverable, now)
        mailbox.drop_folder(one)
