"""One mailbox: its items and folders, and what keeps them consistent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from app.sandbox.clock import stamp
from app.sandbox.state.blank import blank_message
from app.sandbox.state.configuration import Configuration
from app.sandbox.state.contacts import ContactBook
from app.sandbox.state.folders import WELL_KNOWN, Folder
from app.sandbox.state.ids import (
    change_key,
    immutable_id,
    is_well_formed,
    mutable_id,
)
from app.sandbox.state.items import Attachment, Item, Properties
from app.sandbox.wire import GraphError

__all__ = ["Mailbox"]

RECOVERABLE = "recoverableitemsdeletions"
NOT_FOUND = (
    "ErrorItemNotFound",
    "The specified object was not found in the store.",
)


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """What one user has. Items and folders are kept by immutable id.

    ``hidden`` are the ids of sent drafts that are on their way.
    """

    guid: UUID
    address: str
    contacts: ContactBook
    folders_by_id: dict[str, Folder]
    items: dict[str, Item] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    configuration: Configuration = field(default_factory=Configuration)
    serial: int = 0
    _places: dict[str, str] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def copy(self) -> "Mailbox":
        """Return a mailbox of its own that shares what cannot change."""
        return replace(
            self,
            contacts=self.contacts.copy(),
            folders_by_id=dict(self.folders_by_id),
            items=dict(self.items),
            hidden=set(self.hidden),
            configuration=self.configuration.copy(),
            _places=dict(self._places),
            _names=dict(self._names),
        )

    def folder(self, name: str) -> Folder:
        """Return a folder by its well-known name or id.

        Raises:
            GraphError: 400 when it is neither, 404 when there is none.
        """
        key = name.lower()
        folder_id = self._names[key] if key in WELL_KNOWN else name
        found = self.folders_by_id.get(folder_id)
        if found is None:
            raise self.missing(name)
        return found

    def any_folder(self, key: str) -> Folder:
        """Return a folder by its key, private ones included, or its id.

        Raises:
            GraphError: as `folder` does.
        """
        return self.folder(self._names.get(key.lower(), key))

    def add_folder(self, folder: Folder) -> None:
        """Put a folder in its place, or a changed one in its own."""
        self.folders_by_id[folder.id] = folder
        self._names[folder.key] = folder.id

    def drop_folder(self, folder: Folder) -> None:
        """Take away a folder, in which nothing may be left."""
        del self.folders_by_id[folder.id]
        del self._names[folder.key]

    def find(self, item_id: str) -> Item:
        """Return an item by its immutable or its present mutable id.

        Raises:
            GraphError: 400 when it is no id, 404 when there is none.
        """
        key = self._places.get(item_id, item_id)
        item = self.items.get(key)
        if item is None or key in self.hidden:
            raise self.missing(item_id)
        return item

    def present(self) -> list[Item]:
        """Return all items but those on their way out."""
        return [
            item for item in self.items.values() if item.id not in self.hidden
        ]

    def visible(self) -> list[Item]:
        """Return the items that a list of the whole mailbox shows."""
        purged = self.folder(RECOVERABLE).id
        return [item for item in self.present() if item.folder != purged]

    def inside(self, folder: Folder) -> list[Item]:
        """Return the items directly in a folder."""
        return [item for item in self.present() if item.folder == folder.id]

    def new_key(self) -> str:
        """Return a key that no item of this mailbox has had."""
        self.serial += 1
        return f"new-{self.serial}"

    def create(
        self,
        properties: Properties,
        *,
        folder: Folder,
        now: datetime,
        key: str | None = None,
    ) -> Item:
        """Add an item, filling in what Exchange fills in."""
        name = key or self.new_key()
        blank = blank_message(self.guid, self.address, name, now)
        complete = {**blank, **properties}
        item = Item(
            key=name,
            id=immutable_id(self.guid, name),
            mutable_id="",
            folder="",
            properties=complete,
        )
        return self._placed(item.changed({"body": complete["body"]}), folder)

    def update(self, item: Item, now: datetime) -> Item:
        """Store a changed item under a new change key."""
        version = item.version + 1
        marks = {
            "changeKey": change_key(item.id, version),
            "lastModifiedDateTime": stamp(now),
        }
        stored = replace(item.changed(marks), version=version)
        self.items[item.id] = stored
        return stored

    def move(self, item: Item, folder: Folder, now: datetime) -> Item:
        """Move an item: a new mutable id, the same immutable one."""
        self._places.pop(item.mutable_id, None)
        moved = self._placed(replace(item, moves=item.moves + 1), folder)
        return self.update(moved, now)

    def copy_item(self, item: Item, folder: Folder, now: datetime) -> Item:
        """Add a copy of an item, which is another item."""
        key = self.new_key()
        twin = replace(item, key=key, id=immutable_id(self.guid, key), moves=0)
        return self.update(self._placed(twin, folder), now)

    def remove(self, item: Item) -> None:
        """Destroy an item."""
        self._places.pop(item.mutable_id, None)
        self.hidden.discard(item.id)
        del self.items[item.id]

    def dress(
        self,
        item: Item,
        attachments: Iterable[Attachment],
        *,
        headers: Iterable[tuple[str, str]] = (),
        extended: Mapping[str, str] | None = None,
    ) -> Item:
        """Add to a new item what is no property of it."""
        files = tuple(attachments)
        if files:
            has = any(not one.inline for one in files)
            item = item.changed({"hasAttachments": has})
        self.items[item.id] = replace(
            item,
            attachments=files,
            headers=tuple(headers),
            extended=extended or {},
        )
        return self.items[item.id]

    def missing(self, name: str) -> GraphError:
        """Return the refusal of an id: malformed, or of nothing here."""
        if is_well_formed(name, self.guid):
            return GraphError(404, *NOT_FOUND)
        return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")

    def _placed(self, item: Item, folder: Folder) -> Item:
        place = mutable_id(self.guid, item.key, folder.id, item.moves)
        placed = replace(
            item.changed({"parentFolderId": folder.id}),
            mutable_id=place,
            folder=folder.id,
        )
        self.items[placed.id] = placed
        self._places[place] = placed.id
        return placed
