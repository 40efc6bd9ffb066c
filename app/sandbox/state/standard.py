"""New mailboxes."""

from uuid import UUID

from app.sandbox.state.contacts import DEFAULT, ContactBook
from app.sandbox.state.folders import ROOT, STANDARD, Folder
from app.sandbox.state.ids import folder_id
from app.sandbox.state.mailbox import Mailbox

__all__ = ["new_mailbox"]


def new_mailbox(guid: UUID, address: str) -> Mailbox:
    """Return an empty mailbox with the standard folders."""
    ids = {key: folder_id(guid, key) for key, *_ in STANDARD}
    contacts = ContactBook(guid=guid, deleted=ids["deleteditems"])
    contacts.add_folder("Contacts", DEFAULT, parent=ids[ROOT])
    mailbox = Mailbox(
        guid=guid, address=address, contacts=contacts, folders_by_id={}
    )
    for key, name, parent, hidden in STANDARD:
        mailbox.add_folder(
            Folder(
                key=key,
                id=ids[key],
                name=name,
                parent=ids[parent] if parent else None,
                hidden=hidden,
            )
        )
    return mailbox
