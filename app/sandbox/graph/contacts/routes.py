"""The routes of contacts and people."""

from app.sandbox.graph.contacts.contacts import (
    count_contacts,
    create_contact,
    delete_contact,
    get_contact,
    list_contacts,
    update_contact,
)
from app.sandbox.graph.contacts.folders import (
    create_contact_folder,
    delete_contact_folder,
    get_contact_folder,
    list_contact_folders,
    update_contact_folder,
)
from app.sandbox.graph.contacts.people import get_person, list_people
from app.sandbox.graph.context import Handler

__all__ = ["CONTACTS"]

USER = "/users/{mailbox}"
CONTACT = f"{USER}/contacts/{{id}}"
FOLDERS = f"{USER}/contactFolders"
FOLDER = f"{FOLDERS}/{{folder}}"
IN_FOLDER = f"{FOLDER}/contacts/{{id}}"

CONTACTS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", f"{USER}/contacts", list_contacts),
    ("POST", f"{USER}/contacts", create_contact),
    ("GET", f"{USER}/contacts/$count", count_contacts),
    ("GET", CONTACT, get_contact),
    ("PATCH", CONTACT, update_contact),
    ("DELETE", CONTACT, delete_contact),
    ("GET", FOLDERS, list_contact_folders),
    ("POST", FOLDERS, create_contact_folder),
    ("GET", FOLDER, get_contact_folder),
    ("PATCH", FOLDER, update_contact_folder),
    ("DELETE", FOLDER, delete_contact_folder),
    ("GET", f"{FOLDER}/contacts", list_contacts),
    ("POST", f"{FOLDER}/contacts", create_contact),
    ("GET", f"{FOLDER}/contacts/$count", count_contacts),
    ("GET", IN_FOLDER, get_contact),
    ("PATCH", IN_FOLDER, update_contact),
    ("DELETE", IN_FOLDER, delete_contact),
    ("GET", f"{USER}/people", list_people),
    ("GET", f"{USER}/people/{{id}}", get_person),
)
