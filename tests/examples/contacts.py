"""Examples: contacts, their folders, people, rooms, free times."""

from tests.examples.asking import Ask, Rows, first

__all__ = ["CONTACTS"]

_WITH_PHONE = first("/contacts?limit=100", lambda contact: contact["phones"])
_FOLDER = first("/contact-folders")

_DAY = {
    "start": "2026-11-19T07:00:00Z",
    "end": "2026-11-19T17:00:00Z",
    "time_zone": "Europe/Berlin",
}

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
    "list_people": Ask(query={"query": "gra", "limit": 2}),
    "list_rooms": Ask(query={"capacity": 6, "limit": 2}),
    "get_free_busy": Ask(
        body={
            "addresses": ["grace@contoso.example", "nobody@contoso.example"],
            **_DAY,
        }
    ),
    "find_meeting_times": Ask(
        body={
            "duration": "PT1H",
            "required": ["ada@contoso.example", "grace@contoso.example"],
            "max_candidates": 2,
            **_DAY,
        }
    ),
}
