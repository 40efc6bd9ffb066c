"""What Exchange makes of the parts of a contact's name."""

from collections.abc import Mapping
from typing import Any

__all__ = ["BLANK_CONTACT", "named"]

NAME_PARTS = ("givenName", "middleName", "surname")
# In the order in which Graph shows them.
BLANK_CONTACT: Mapping[str, Any] = {
    "createdDateTime": None,
    "lastModifiedDateTime": None,
    "changeKey": None,
    "categories": [],
    "parentFolderId": None,
    "birthday": None,
    "fileAs": "",
    "displayName": "",
    "givenName": None,
    "initials": None,
    "middleName": None,
    "nickName": None,
    "surname": None,
    "title": None,
    "yomiGivenName": None,
    "yomiSurname": None,
    "yomiCompanyName": None,
    "generation": None,
    "imAddresses": [],
    "jobTitle": None,
    "companyName": None,
    "department": None,
    "officeLocation": None,
    "profession": None,
    "businessHomePage": None,
    "assistantName": None,
    "manager": None,
    "homePhones": [],
    "mobilePhone": None,
    "businessPhones": [],
    "spouseName": None,
    "personalNotes": "",
    "children": [],
    "emailAddresses": [],
    "homeAddress": {},
    "businessAddress": {},
    "otherAddress": {},
}


def named(
    before: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return properties after a change, with the names that follow from it.

    A change of a part of the name makes a new display name, unless one is
    given with it (https://learn.microsoft.com/graph/api/contact-update).
    """
    after = {**before, **changes}
    if not changes.keys() & set(NAME_PARTS):
        return after
    given, middle, surname = (after.get(name) or "" for name in NAME_PARTS)
    first = " ".join(filter(None, (given, middle)))
    made = {
        "displayName": " ".join(filter(None, (first, surname))),
        "fileAs": ", ".join(filter(None, (surname, first))),
        "initials": "".join(f"{one[0]}." for one in (given, surname) if one),
    }
    return {**after, **made, **changes}
