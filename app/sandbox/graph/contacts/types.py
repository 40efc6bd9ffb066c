"""The types of contacts, as far as the sandbox serves them.

Source: https://learn.microsoft.com/graph/api/resources/contact and its like.
"""

from app.sandbox.graph.types import EXTENDED_FIELDS
from app.sandbox.odata.fields import Entity, Kind
from app.sandbox.state.names import BLANK_CONTACT

__all__ = ["CONTACT", "CONTACT_FOLDER", "PERSON"]

_CONTACT = frozenset({"id", *BLANK_CONTACT})
_TEXTS: dict[str, Kind] = dict.fromkeys(
    (
        *("assistantName", "businessHomePage", "companyName", "department"),
        *("displayName", "fileAs", "generation", "givenName", "initials"),
        *("jobTitle", "manager", "middleName", "mobilePhone", "nickName"),
        *("officeLocation", "profession", "spouseName", "surname", "title"),
        *("yomiCompanyName", "yomiGivenName", "yomiSurname"),
    ),
    "text",
)
CONTACT = Entity(
    name="microsoft.graph.contact",
    defaults=_CONTACT,
    selectable=_CONTACT,
    filterable={
        **_TEXTS,
        "birthday": "time",
        "createdDateTime": "time",
        "lastModifiedDateTime": "time",
        "parentFolderId": "id",
    },
    refused=_CONTACT,
    lists={
        "categories": {"": "text"},
        # Of an address nothing but equality can be asked, see `reading`.
        "emailAddresses": {"address": "text"},
        "singleValueExtendedProperties": EXTENDED_FIELDS,
    },
)

_FOLDER = frozenset({"id", "displayName", "parentFolderId"})
CONTACT_FOLDER = Entity(
    name="microsoft.graph.contactFolder",
    defaults=_FOLDER,
    selectable=_FOLDER,
    filterable={"displayName": "text"},
    refused=_FOLDER,
    lists={"singleValueExtendedProperties": EXTENDED_FIELDS},
)

_PERSON = frozenset(
    {
        *("id", "birthday", "companyName", "department", "displayName"),
        *("givenName", "imAddress", "isFavorite", "jobTitle"),
        *("officeLocation", "personNotes", "personType", "phones"),
        *("postalAddresses", "profession", "scoredEmailAddresses"),
        *("surname", "userPrincipalName", "websites", "yomiCompany"),
    }
)
PERSON = Entity(
    name="microsoft.graph.person",
    defaults=_PERSON,
    selectable=_PERSON,
    filterable={
        "companyName": "text",
        "department": "text",
        "displayName": "text",
        "givenName": "text",
        "jobTitle": "text",
        "personType/class": "text",
        "personType/subclass": "text",
        "surname": "text",
        "userPrincipalName": "text",
    },
    refused=_PERSON,
)
