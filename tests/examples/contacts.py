"""Examples: contacts, their folders, people."""

from tests.examples.asking import Ask, Rows, first

__all__ = ["CONTACTS"]

_WITH_PHONE = first("/contacts?limit=100", lambda contact: contact["phones"])
_FOLDER = first("/contact-folders")

CONTACTS: Rows = {
    "list_contacts": Ask(query={"query": "litware", "limit": 2}),
    "create_contact": Ask(
        body={
            "given_name": "Amara",
            "surname": "Abara",
            "emails": [{"name": "Amara", "address": "amara@litware.example"}],
            "phones": [{"kind": "mobile", "number": "+49 151 5550112"}],
            "birthday": "1984-05-17",
        }
    ),
    "get_contact": Ask(path={"contact": _WITH_PHONE}),
    "update_contact": Ask(
        path={"contact": _WITH_PHONE},
        body={"job_title": "Head of Sales", "nickname": None},
    ),
    "delete_contact": Ask(path={"contact": _WITH_PHONE}),
    "list_contact_folders": Ask(),
    "create_contact_folder": Ask(body={"name": "Customers"}),
    "get_contact_folder": Ask(path={"folder": "contacts"}),
    "update_contact_folder": Ask(
        path={"folder": _FOLDER}, body={"name": "Old suppliers"}
    ),
    "delete_contact_folder": Ask(path={"folder": _FOLDER}),
}
