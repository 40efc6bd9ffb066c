"""What callers can do with contact folders."""

import msgspec

from app.gateway.contacts import ContactGateway
from app.gateway.folders import FolderGateway
from app.models.answers import Answer
from app.models.contact_input import ContactFolderPatch, NewContactFolder
from app.models.contacts import ContactFolder, ContactFolderPage
from app.models.context import InMailbox
from app.models.queries import Paging
from app.services.conditions import expect_unchanged
from app.services.creation import Creation
from app.services.once import Intent
from app.services.removal import remove

__all__ = ["ContactFolderService"]


class ContactFolderService:
    """Reads, makes, renames and deletes contact folders."""

    def __init__(
        self,
        contacts: ContactGateway,
        folders: FolderGateway,
        creation: Creation,
    ) -> None:
        self._contacts = contacts
        self._folders = folders
        self._creation = creation

    async def list_folders(self, where: InMailbox, page: Paging) -> Answer:
        """Return a page of contact folders (`ContactFolderPage`)."""
        return await self._contacts.list_folders(where, page)

    async def get_folder(self, where: InMailbox, folder: str) -> Answer:
        """Return a contact folder (`ContactFolder`)."""
        return await self._contacts.get_folder(where, folder)

    async def create_folder(
        self, where: InMailbox, folder: NewContactFolder, intent: Intent
    ) -> Answer:
        """Make a contact folder once; return it (`ContactFolder`).

        Raises:
            FolderExists: Another one has the name.
        """

        async def make(marker: str) -> Answer:
            return await self._contacts.create_folder(where, folder, marker)

        async def find(marker: str) -> Answer | None:
            answer = await self._contacts.look_up_folder(where, marker)
            page = msgspec.json.decode(answer.body, type=ContactFolderPage)
            for found in page["items"]:
                return Answer.of(found)
            return None

        return await self._creation.run(where.context, intent, make, find)

    async def update_folder(
        self,
        where: InMailbox,
        folder: str,
        patch: ContactFolderPatch,
        etag: str | None,
    ) -> Answer:
        """Rename a contact folder, if it has the entity tag; return it."""
        await self._expect(where, folder, etag)
        return await self._contacts.update_folder(where, folder, patch)

    async def delete_folder(
        self, where: InMailbox, folder: str, etag: str | None
    ) -> None:
        """Delete a contact folder and what is in it, if it has the tag."""
        await self._expect(where, folder, etag)

        async def delete() -> None:
            await self._contacts.delete_folder(where, folder)

        async def is_gone() -> bool:
            answer = await self._contacts.get_folder(where.live(), folder)
            found = msgspec.json.decode(answer.body, type=ContactFolder)
            names = await self._folders.well_known_folders(where)
            ids = msgspec.json.decode(names.body, type=dict[str, str])
            return found["parent_id"] == ids.get("deleted")

        await remove(delete, is_gone)

    async def _expect(
        self, where: InMailbox, folder: str, etag: str | None
    ) -> None:
        async def read(now: InMailbox) -> Answer:
            return await self._contacts.get_folder(now, folder)

        await expect_unchanged(etag, where, read)
