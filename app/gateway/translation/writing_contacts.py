"""What callers write of contacts: our shapes to Graph's JSON."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from app.models.contact_input import (
    ContactFolderPatch,
    ContactPatch,
    NewAddress,
    NewContact,
    NewContactFolder,
    NewPhone,
)
from app.models.contacts import PhoneKind

__all__ = [
    "CREATED",
    "contact_json",
    "contact_patch_json",
    "folder_json",
    "folder_patch_json",
]

CREATED = (
    "String {7d7b1e0c-5f0a-4a37-9d2c-3d5e7f2f6a41} Name ExchangeApiCreateId"
)
"""An extended property by which what was made can be looked up.

Source: https://learn.microsoft.com/graph/api/resources/extended-properties-overview
"""

_PLAIN = {
    "display_name": "displayName",
    "given_name": "givenName",
    "surname": "surname",
    "middle_name": "middleName",
    "nickname": "nickName",
    "title": "title",
    "company": "companyName",
    "department": "department",
    "job_title": "jobTitle",
    "notes": "personalNotes",
}


def contact_json(contact: NewContact, marker: str) -> bytes:
    """Return Graph's JSON for a new contact that bears a marker."""
    given = contact.model_dump(exclude={"folder_id"}, exclude_none=True)
    return msgspec.json.encode(
        {**_members(contact, set(given)), **_marked(marker)}
    )


def contact_patch_json(patch: ContactPatch) -> bytes:
    """Return Graph's JSON for the members that a patch sets or clears."""
    return msgspec.json.encode(_members(patch, patch.model_fields_set))


def folder_json(folder: NewContactFolder, marker: str) -> bytes:
    """Return Graph's JSON for a new contact folder that bears a marker."""
    return msgspec.json.encode({"displayName": folder.name, **_marked(marker)})


def folder_patch_json(patch: ContactFolderPatch) -> bytes:
    """Return Graph's JSON for a contact folder's new name."""
    return msgspec.json.encode({"displayName": patch.name})


def _marked(marker: str) -> dict[str, Any]:
    properties = [{"id": CREATED, "value": marker}]
    return {"singleValueExtendedProperties": properties}


def _members(
    given: NewContact | ContactPatch, names: set[str]
) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, theirs in _PLAIN.items():
        if name in names:
            members[theirs] = getattr(given, name)
    for name, write in _WRITE.items():
        if name in names:
            members |= write(getattr(given, name))
    return members


def _emails(emails: Sequence[Any] | None) -> dict[str, Any]:
    written = [one.model_dump(exclude_none=True) for one in emails or ()]
    return {"emailAddresses": written}


def _phones(phones: Sequence[NewPhone] | None) -> dict[str, Any]:
    """Return all numbers: those that are not given are to go."""

    def of(kind: PhoneKind) -> list[str]:
        return [one.number for one in phones or () if one.kind == kind]

    return {
        "businessPhones": of("business"),
        "homePhones": of("home"),
        "mobilePhone": next(iter(of("mobile")), None),
    }


def _addresses(addresses: Sequence[NewAddress] | None) -> dict[str, Any]:
    """Return all addresses: those that are not given are to go."""
    by_kind = {one.kind: one for one in addresses or ()}
    return {
        f"{kind}Address": _address(by_kind.get(kind))
        for kind in ("business", "home", "other")
    }


def _address(address: NewAddress | None) -> dict[str, str | None]:
    """Return every member, null for what is not there, so that it goes."""
    told = NewAddress(kind="other") if address is None else address
    return {
        "street": told.street,
        "postalCode": told.postal_code,
        "city": told.city,
        "state": told.state,
        "countryOrRegion": told.country,
    }


_WRITE: dict[str, Callable[[Any], dict[str, Any]]] = {
    "emails": _emails,
    "phones": _phones,
    "addresses": _addresses,
    # The hour that Outlook writes: it is the same day nearly everywhere.
    "birthday": lambda day: {
        "birthday": None if day is None else f"{day.isoformat()}T11:59:00Z"
    },
    "categories": lambda names: {"categories": names or []},
}
