"""Contacts and their folders as they are stored.

As messages, contacts are never changed in place: a change makes a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.sandbox.clock import stamp
from app.sandbox.state.ids import (
    change_key,
    folder_id,
    immutable_id,
    is_well_formed,
    mutable_id,
)
from app.sandbox.state.names import BLANK_CONTACT, named
from app.sandbox.wire import GraphError

__all__ = ["DEFAULT", "Contact", "ContactBook", "ContactFolder"]

DEFAULT = "contacts"
NOT_FOUND = "The specified object was not found in the store."
Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFolder:
    """A folder of contacts; ``extended`` are its extended properties."""

    id: str
    name: str
    parent: str
    extended: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> Properties:
        """What filters look at."""
        pairs = [{"id": k, "value": v} for k, v in self.extended.items()]
        return {
            "id": self.id,
            "displayName": self.name,
            "parentFolderId": self.parent,
            "singleValueExtendedProperties": pairs,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact; ``properties`` are Graph's, complete but for the id."""

    key: str
    id: str
    mutable_id: str
    folder: str
    properties: Properties
    extended: Mapping[str, str] = field(default_factory=dict)
    moves: int = 0
    version: int = 1

    @property
    def etag(self) -> str:
        """The entity tag: a quoted change key."""
        return f'W/"{self.properties["changeKey"]}"'

    @property
    def facts(self) -> Properties:
        """What filters look at: the properties and the extended ones."""
        pairs = [{"id": k, "value": v} for k, v in self.extended.items()]
        return {**self.properties, "singleValueExtendedProperties": pairs}


@dataclass(slots=True, kw_only=True)
class ContactBook:
    """The contacts of one mailbox, by immutable id.

    ``deleted`` is the id of Deleted Items, where a contact first goes.
    """

    guid: UUID
    deleted: str
    folders: dict[str, ContactFolder] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    serial: int = 0

    def copy(self) -> "ContactBook":
        """Return a book of its own that shares what cannot change."""
        return replace(
            self, folders=dict(self.folders), contacts=dict(self.contacts)
        )

    @property
    def default(self) -> ContactFolder:
        """The folder that every mailbox has."""
        return self.folders[folder_id(self.guid, DEFAULT)]

    def folder(self, name: str) -> ContactFolder:
        """Return a folder by its id, or the default one by its name.

        Raises:
            GraphError: 400 when it is no id, 404 when there is none.
        """
        if name.lower() == DEFAULT:
            return self.default
        if name not in self.folders:
            raise self.missing(name)
        return self.folders[name]

    def find(self, contact_id: str) -> Contact:
        """Return a contact by its immutable or present mutable id.

        Raises:
            GraphError: as `folder` does.
        """
        found = self.contacts.get(contact_id)
        if found is not None:
            return found
        for contact in self.contacts.values():
            if contact.mutable_id == contact_id:
                return contact
        raise self.missing(contact_id)

    def inside(self, folder: ContactFolder) -> list[Contact]:
        """Return the contacts in a folder, in the order they were made."""
        return [c for c in self.contacts.values() if c.folder == folder.id]

    def new_key(self) -> str:
        """Return a key that nothing in this book has had."""
        self.serial += 1
        return f"contact-{self.serial}"

    def add_folder(
        self,
        name: str,
        key: str,
        *,
        parent: str | None = None,
        extended: Mapping[str, str] | None = None,
    ) -> ContactFolder:
        """Add a folder, below the default one unless told otherwise."""
        made = ContactFolder(
            id=folder_id(self.guid, key),
            name=name,
            parent=parent or folder_id(self.guid, DEFAULT),
            extended=extended or {},
        )
        self.folders[made.id] = made
        return made

    def remove_folder(self, folder: ContactFolder) -> None:
        """Remove a folder and all that is in it."""
        for contact in self.inside(folder):
            self._put(replace(contact, folder=self.deleted))
        del self.folders[folder.id]

    def create(
        self,
        properties: Properties,
        *,
        folder: ContactFolder,
        now: datetime,
        extended: Mapping[str, str] | None = None,
    ) -> Contact:
        """Add a contact, filling in what Exchange fills in."""
        key = self.new_key()
        times = {
            "createdDateTime": stamp(now),
            "lastModifiedDateTime": stamp(now),
        }
        contact = Contact(
            key=key,
            id=immutable_id(self.guid, key),
            mutable_id="",
            folder=folder.id,
            properties={**BLANK_CONTACT, **times, **named({}, properties)},
            extended=extended or {},
        )
        return self._put(contact)

    def update(
        self,
        contact: Contact,
        properties: Properties,
        now: datetime,
        extended: Mapping[str, str] | None = None,
    ) -> Contact:
        """Store a contact with changes, under a new change key."""
        merged = {
            **named(contact.properties, properties),
            "lastModifiedDateTime": stamp(now),
        }
        return self._put(
            replace(
                contact,
                properties=merged,
                extended={**contact.extended, **(extended or {})},
                version=contact.version + 1,
            )
        )

    def delete(self, contact: Contact, now: datetime) -> None:
        """Move a contact to Deleted Items; from there it goes for good."""
        if contact.folder == self.deleted:
            del self.contacts[contact.id]
            return
        moved = replace(contact, folder=self.deleted, moves=contact.moves + 1)
        self.update(moved, {}, now)

    def missing(self, name: str) -> GraphError:
        """Return the refusal of an id: malformed, or of nothing here."""
        if is_well_formed(name, self.guid):
            return GraphError(404, "ErrorItemNotFound", NOT_FOUND)
        return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")

    def _put(self, contact: Contact) -> Contact:
        place = mutable_id(
            self.guid, contact.key, contact.folder, contact.moves
        )
        marks = {
            "changeKey": change_key(contact.id, contact.version),
            "parentFolderId": contact.folder,
        }
        stored = replace(
            contact,
            mutable_id=place,
            properties={**contact.properties, **marks},
        )
        self.contacts[stored.id] = stored
        return stored
