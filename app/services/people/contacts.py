"""What callers can do with contacts."""

from functools import partial

import msgspec

from app.gateway.contacts import ContactGateway
from app.gateway.folders import FolderGateway
from app.models.answers import Answer
from app.models.contact_input import ContactPatch, ContactQuery, NewContact
from app.models.contacts import Contact, ContactPage
from app.models.context import InMailbox
from app.services.conditions import change
from app.services.creation import Creation
from app.services.once import Intent
from app.services.people.contact_changes import shows
from app.services.removal import remove

__all__ = ["ContactService"]


class ContactService:
    """Reads, makes, changes and deletes contacts."""

    def __init__(
        self,
        contacts: ContactGateway,
        folders: FolderGateway,
        creation: Creation,
    ) -> None:
        self._contacts = contacts
        self._folders = folders
        self._creation = creation

    async def list_contacts(
        self, where: InMailbox, wanted: ContactQuery
    ) -> Answer:
        """Return a page of contacts (`ContactPage`)."""
        return await self._contacts.list_contacts(where, wanted)

    async def get_contact(self, where: InMailbox, contact: str) -> Answer:
        """Return a contact (`Contact`)."""
        return await self._contacts.get_contact(where, contact)

    async def create_contact(
        self, where: InMailbox, contact: NewContact, intent: Intent
    ) -> Answer:
        """Make a contact once; return it (`Contact`)."""

        async def make(marker: str) -> Answer:
            return await self._contacts.create_contact(where, contact, marker)

        async def find(marker: str) -> Answer | None:
            answer = await self._contacts.look_up_contact(
                where, contact.folder_id, marker
            )
            page = msgspec.json.decode(answer.body, type=ContactPage)
            for found in page["items"]:
                return Answer.of(found, etag=found["etag"])
            return None

        return await self._creation.run(where.context, intent, make, find)

    async def update_contact(
        self,
        where: InMailbox,
        contact: str,
        patch: ContactPatch,
        etag: str | None,
    ) -> Answer:
        """Change a contact, if it still has the entity tag; return it."""

        def is_done(found: Answer) -> bool:
            now = msgspec.json.decode(found.body, type=Contact)
            return shows(now, patch)

        return await change(
            partial(
                self._contacts.update_contact, where, contact, patch, etag
            ),
            partial(self._contacts.look_at_contact, where, contact),
            is_done,
        )

    async def delete_contact(
        self, where: InMailbox, contact: str, etag: str | None
    ) -> None:
        """Move a contact to Deleted Items, if it has the entity tag."""

        async def delete() -> None:
            await self._contacts.delete_contact(where, contact, etag)

        async def is_gone() -> bool:
            answer = await self._contacts.look_at_contact(where, contact)
            found = msgspec.json.decode(answer.body, type=Contact)
            names = await self._folders.well_known_folders(where)
            ids = msgspec.json.decode(names.body, type=dict[str, str])
            return found["folder_id"] == ids.get("deleted")

        await remove(delete, is_gone)
