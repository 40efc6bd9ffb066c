"""Contacts and their folders as Graph shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.sandbox.graph.contacts.types import CONTACT, CONTACT_FOLDER
from app.sandbox.graph.expand import Expansion, read_expand
from app.sandbox.graph.types import EXTENDED
from app.sandbox.odata.evaluate import Matcher, compile_filter
from app.sandbox.odata.options import Options
from app.sandbox.odata.parser import parse_filter
from app.sandbox.prefer import Preferences
from app.sandbox.state.contacts import Contact, ContactFolder
from app.sandbox.wire import bad_query

__all__ = ["ContactView", "FolderView"]

Entity = dict[str, Any]
_PROPERTIES = "singleValueExtendedProperties"


@dataclass(frozen=True, slots=True)
class ContactView:
    """How contacts are to be shown."""

    prefer: Preferences
    select: frozenset[str] = CONTACT.defaults
    extended: Matcher | None = None

    @classmethod
    def of(cls, prefer: Preferences, options: Options) -> "ContactView":
        """Return the view that query options ask for.

        Raises:
            GraphError: 400, for what does not exist.
        """
        return cls(prefer, CONTACT.select(options.select), _expanded(options))

    def id_of(self, contact: Contact) -> str:
        """Return the kind of id that the caller prefers."""
        if self.prefer.immutable_ids:
            return contact.id
        return contact.mutable_id

    def show(self, contact: Contact) -> Entity:
        """Return a contact."""
        shown: Entity = {
            "@odata.etag": contact.etag,
            "id": self.id_of(contact),
        }
        properties = contact.properties.items()
        shown |= {k: v for k, v in properties if k in self.select}
        return shown | _extended(contact.extended, self.extended)


@dataclass(frozen=True, slots=True)
class FolderView:
    """How contact folders are to be shown."""

    select: frozenset[str] = CONTACT_FOLDER.defaults
    extended: Matcher | None = None

    @classmethod
    def of(cls, options: Options) -> "FolderView":
        """Return the view that query options ask for.

        Raises:
            GraphError: 400, for what does not exist.
        """
        return cls(CONTACT_FOLDER.select(options.select), _expanded(options))

    def show(self, folder: ContactFolder) -> Entity:
        """Return a folder."""
        shown = {k: v for k, v in folder.facts.items() if k in self.select}
        return shown | _extended(folder.extended, self.extended)


def _expanded(options: Options) -> Matcher | None:
    for expansion in read_expand(options.expand, _PROPERTIES):
        return _wanted(expansion)
    return None


def _wanted(expansion: Expansion) -> Matcher:
    text = expansion.options.get("filter")
    if text is None:
        raise bad_query(f"Expanding {_PROPERTIES} needs a $filter.")
    return compile_filter(parse_filter(text), EXTENDED)


def _extended(kept: Mapping[str, str], wanted: Matcher | None) -> Entity:
    if wanted is None:
        return {}
    pairs = [{"id": k, "value": v} for k, v in kept.items()]
    found = [pair for pair in pairs if wanted(pair)]
    return {_PROPERTIES: found} if found else {}
