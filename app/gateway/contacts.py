"""Contacts in Graph: builds the calls. Translates; decides nothing."""

from collections.abc import Iterator

from msgspec.structs import replace

from app.gateway.building import call_in, if_match, page_in
from app.gateway.operations import contacts as operations
from app.gateway.pipeline import Pipeline
from app.gateway.queries import quoted
from app.gateway.translation.writing_contacts import (
    CREATED,
    contact_json,
    contact_patch_json,
    folder_json,
    folder_patch_json,
)
from app.models.answers import Answer
from app.models.contact_input import (
    ContactFolderPatch,
    ContactPatch,
    ContactQuery,
    NewContact,
    NewContactFolder,
)
from app.models.context import InMailbox
from app.models.queries import Paging

__all__ = ["ContactGateway"]

_SELECT = ",".join(
    [
        *("id", "changeKey", "parentFolderId", "displayName", "givenName"),
        *("surname", "middleName", "nickName", "title", "companyName"),
        *("department", "jobTitle", "emailAddresses", "businessPhones"),
        *("homePhones", "mobilePhone", "businessAddress", "homeAddress"),
        *("otherAddress", "birthday", "personalNotes", "categories"),
        *("createdDateTime", "lastModifiedDateTime"),
    ]
)
_SELECT_FOLDER = "id,displayName,parentFolderId"
_SORTED_BY = {"display_name": "displayName", "surname": "surname"}
_SEARCHED = ("displayName", "surname", "givenName", "companyName")


class ContactGateway:
    """Reads and changes the contacts of a mailbox and their folders."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_contacts(
        self, where: InMailbox, wanted: ContactQuery
    ) -> Answer:
        """Return a page of contacts (`ContactPage`)."""
        query = list(_contact_query(wanted))
        if wanted.folder is None:
            call = page_in(where, operations.LIST_CONTACTS, query)
        else:
            call = page_in(
                where,
                operations.LIST_CONTACTS_OF_FOLDER,
                query,
                folder=wanted.folder,
            )
        return await self._pipeline.ask_page(call, wanted.cursor)

    async def get_contact(self, where: InMailbox, contact: str) -> Answer:
        """Return a contact (`Contact`)."""
        query = [("$select", _SELECT)]
        return await self._pipeline.ask(
            call_in(where, operations.GET_CONTACT, query, contact=contact)
        )

    async def look_at_contact(self, where: InMailbox, contact: str) -> Answer:
        """Return a contact (`Contact`) as it is now."""
        query = [("$select", _SELECT)]
        return await self._pipeline.ask(
            call_in(where, operations.LOOK_AT_CONTACT, query, contact=contact)
        )

    async def look_up_contact(
        self, where: InMailbox, folder: str | None, marker: str
    ) -> Answer:
        """Return the contacts (`ContactPage`) of a folder with a marker."""
        query = [("$select", _SELECT), ("$filter", _marked(marker))]
        if folder is None:
            call = call_in(where, operations.LOOK_UP_CONTACT, query)
        else:
            call = call_in(
                where,
                operations.LOOK_UP_CONTACT_IN_FOLDER,
                query,
                folder=folder,
            )
        return await self._pipeline.ask(call)

    async def create_contact(
        self, where: InMailbox, contact: NewContact, marker: str
    ) -> Answer:
        """Create a contact (`Contact`) that bears a marker."""
        if contact.folder_id is None:
            call = call_in(where, operations.CREATE_CONTACT)
        else:
            call = call_in(
                where,
                operations.CREATE_CONTACT_IN_FOLDER,
                folder=contact.folder_id,
            )
        body = contact_json(contact, marker)
        return await self._pipeline.ask(replace(call, body=body))

    async def update_contact(
        self,
        where: InMailbox,
        contact: str,
        patch: ContactPatch,
        etag: str | None,
    ) -> Answer:
        """Change a contact, if it still has the entity tag; return it.

        Raises:
            PreconditionFailed: It has another one.
        """
        call = call_in(where, operations.UPDATE_CONTACT, contact=contact)
        return await self._pipeline.ask(
            replace(
                call,
                headers={**call.headers, **if_match(etag)},
                body=contact_patch_json(patch),
            )
        )

    async def delete_contact(
        self, where: InMailbox, contact: str, etag: str | None
    ) -> None:
        """Move a contact to Deleted Items, or from there out of sight.

        Raises:
            PreconditionFailed: It has another entity tag.
        """
        call = call_in(where, operations.DELETE_CONTACT, contact=contact)
        headers = {**call.headers, **if_match(etag)}
        await self._pipeline.ask(replace(call, headers=headers))

    async def list_folders(self, where: InMailbox, page: Paging) -> Answer:
        """Return a page of contact folders (`ContactFolderPage`)."""
        query = [("$select", _SELECT_FOLDER), ("$top", str(page.limit))]
        call = page_in(where, operations.LIST_CONTACT_FOLDERS, query)
        return await self._pipeline.ask_page(call, page.cursor)

    async def get_folder(self, where: InMailbox, folder: str) -> Answer:
        """Return a contact folder (`ContactFolder`)."""
        query = [("$select", _SELECT_FOLDER)]
        return await self._pipeline.ask(
            call_in(where, operations.GET_CONTACT_FOLDER, query, folder=folder)
        )

    async def look_up_folder(self, where: InMailbox, marker: str) -> Answer:
        """Return the folders (`ContactFolderPage`) that bear a marker."""
        query = [("$select", _SELECT_FOLDER), ("$filter", _marked(marker))]
        return await self._pipeline.ask(
            call_in(where, operations.LOOK_UP_CONTACT_FOLDER, query)
        )

    async def create_folder(
        self, where: InMailbox, folder: NewContactFolder, marker: str
    ) -> Answer:
        """Create a contact folder (`ContactFolder`) that bears a marker."""
        call = call_in(where, operations.CREATE_CONTACT_FOLDER)
        body = folder_json(folder, marker)
        return await self._pipeline.ask(replace(call, body=body))

    async def update_folder(
        self, where: InMailbox, folder: str, patch: ContactFolderPatch
    ) -> Answer:
        """Rename a contact folder; return it (`ContactFolder`)."""
        call = call_in(where, operations.UPDATE_CONTACT_FOLDER, folder=folder)
        body = folder_patch_json(patch)
        return await self._pipeline.ask(replace(call, body=body))

    async def delete_folder(self, where: InMailbox, folder: str) -> None:
        """Delete a contact folder and what is in it."""
        await self._pipeline.ask(
            call_in(where, operations.DELETE_CONTACT_FOLDER, folder=folder)
        )


def _contact_query(wanted: ContactQuery) -> Iterator[tuple[str, str]]:
    """Yield the query options for a page of contacts.

    ``$search`` gives contacts without their addresses, and some that do not
    match (https://github.com/microsoftgraph/microsoft-graph-docs/issues/10790),
    hence a filter. As for messages, what is sorted by comes first in it.
    """
    by = _SORTED_BY[wanted.sort.removeprefix("-")]
    yield "$select", _SELECT
    yield "$top", str(wanted.limit)
    if wanted.query is not None:
        text = quoted(wanted.query)
        names = sorted(_SEARCHED, key=lambda name: name != by)
        conditions = [f"startswith({name},{text})" for name in names]
        conditions.append(f"emailAddresses/any(a:a/address eq {text})")
        yield "$filter", " or ".join(conditions)
    yield "$orderby", f"{by} desc" if wanted.sort.startswith("-") else by


def _marked(marker: str) -> str:
    wanted = f"ep/id eq {quoted(CREATED)} and ep/value eq {quoted(marker)}"
    return f"singleValueExtendedProperties/any(ep:{wanted})"
