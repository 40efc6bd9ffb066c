"""Contacts and their folders."""

from dataclasses import replace

from app.gateway.operations.entry import (
    EVERY_WAY,
    LIVE,
    Idempotency,
    Operation,
    Workload,
)
from app.gateway.translation.contacts import (
    contact,
    contact_folder,
    contact_folders,
    contacts,
)

__all__ = [
    "CONTACT_OPERATIONS",
    "CREATE_CONTACT",
    "CREATE_CONTACT_FOLDER",
    "CREATE_CONTACT_IN_FOLDER",
    "DELETE_CONTACT",
    "DELETE_CONTACT_FOLDER",
    "GET_CONTACT",
    "GET_CONTACT_FOLDER",
    "LIST_CONTACTS",
    "LIST_CONTACTS_OF_FOLDER",
    "LIST_CONTACT_FOLDERS",
    "LOOK_AT_CONTACT",
    "LOOK_UP_CONTACT",
    "LOOK_UP_CONTACT_FOLDER",
    "LOOK_UP_CONTACT_IN_FOLDER",
    "UPDATE_CONTACT",
    "UPDATE_CONTACT_FOLDER",
]

_DAY = 86_400.0
_FRESH = 30.0
_REVALIDATE = 300.0
_WRITE = "Contacts.ReadWrite"

LIST_CONTACTS = Operation(
    name="contacts.list",
    method="GET",
    path="/users/{mailbox}/contacts",
    workload=Workload.CONTACTS_READ,
    permission="Contacts.Read",
    idempotency=Idempotency.SAFE,
    translate=contacts,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)
LIST_CONTACTS_OF_FOLDER = replace(
    LIST_CONTACTS,
    name="contacts.list_of_folder",
    path="/users/{mailbox}/contactFolders/{folder}/contacts",
)
# Graph finds a contact by its id, whichever folder it is in.
GET_CONTACT = replace(
    LIST_CONTACTS,
    name="contacts.get",
    path="/users/{mailbox}/contacts/{contact}",
    translate=contact,
)
# Look before a decision: what is kept is no help.
LOOK_AT_CONTACT = replace(GET_CONTACT, name="contacts.look_at", fallback=LIVE)
LOOK_UP_CONTACT = replace(
    LIST_CONTACTS, name="contacts.look_up", fallback=LIVE
)
LOOK_UP_CONTACT_IN_FOLDER = replace(
    LIST_CONTACTS_OF_FOLDER, name="contacts.look_up_in_folder", fallback=LIVE
)
CREATE_CONTACT = Operation(
    name="contacts.create",
    method="POST",
    path="/users/{mailbox}/contacts",
    workload=Workload.CONTACTS_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
    translate=contact,
)
CREATE_CONTACT_IN_FOLDER = replace(
    CREATE_CONTACT,
    name="contacts.create_in_folder",
    path="/users/{mailbox}/contactFolders/{folder}/contacts",
)
UPDATE_CONTACT = Operation(
    name="contacts.update",
    method="PATCH",
    path="/users/{mailbox}/contacts/{contact}",
    workload=Workload.CONTACTS_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.IDEMPOTENT,
    translate=contact,
)
# Not simply idempotent: with immutable ids a second DELETE finds the contact
# in Deleted Items and takes it from there too.
DELETE_CONTACT = Operation(
    name="contacts.delete",
    method="DELETE",
    path="/users/{mailbox}/contacts/{contact}",
    workload=Workload.CONTACTS_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
)
LIST_CONTACT_FOLDERS = replace(
    LIST_CONTACTS,
    name="contact_folders.list",
    path="/users/{mailbox}/contactFolders",
    translate=contact_folders,
)
GET_CONTACT_FOLDER = replace(
    LIST_CONTACTS,
    name="contact_folders.get",
    path="/users/{mailbox}/contactFolders/{folder}",
    translate=contact_folder,
)
LOOK_UP_CONTACT_FOLDER = replace(
    LIST_CONTACT_FOLDERS, name="contact_folders.look_up", fallback=LIVE
)
CREATE_CONTACT_FOLDER = replace(
    CREATE_CONTACT,
    name="contact_folders.create",
    path="/users/{mailbox}/contactFolders",
    translate=contact_folder,
)
UPDATE_CONTACT_FOLDER = replace(
    UPDATE_CONTACT,
    name="contact_folders.update",
    path="/users/{mailbox}/contactFolders/{folder}",
    translate=contact_folder,
)
DELETE_CONTACT_FOLDER = replace(
    DELETE_CONTACT,
    name="contact_folders.delete",
    path="/users/{mailbox}/contactFolders/{folder}",
)

CONTACT_OPERATIONS = (
    LIST_CONTACTS,
    LIST_CONTACTS_OF_FOLDER,
    GET_CONTACT,
    LOOK_AT_CONTACT,
    LOOK_UP_CONTACT,
    LOOK_UP_CONTACT_IN_FOLDER,
    CREATE_CONTACT,
    CREATE_CONTACT_IN_FOLDER,
    UPDATE_CONTACT,
    DELETE_CONTACT,
    LIST_CONTACT_FOLDERS,
    GET_CONTACT_FOLDER,
    LOOK_UP_CONTACT_FOLDER,
    CREATE_CONTACT_FOLDER,
    UPDATE_CONTACT_FOLDER,
    DELETE_CONTACT_FOLDER,
)
