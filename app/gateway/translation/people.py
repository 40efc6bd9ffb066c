"""People around a mailbox: Graph's JSON to ours."""

from collections.abc import Iterator
from typing import Literal

from app.gateway.translation.result import (
    Translated,
    Translation,
    decode_page,
)
from app.gateway.translation.wire_contacts import GraphPerson, GraphPersonType
from app.models.people import NearPerson, PersonPhone

__all__ = ["people"]

# Graph writes these with capitals in some answers, without in others.
_PHONES: dict[str, Literal["business", "home", "mobile", "other"]] = {
    "business": "business",
    "home": "home",
    "mobile": "mobile",
    "other": "other",
}
_KINDS: dict[str, Literal["colleague", "contact", "room"]] = {
    "organizationuser": "colleague",
    "personalcontact": "contact",
    "implicitcontact": "contact",
    "room": "room",
}


def people(body: bytes, about: Translation) -> Translated:
    """Translate a page of people."""
    return decode_page(body, GraphPerson).translated(_person, about)


def _person(item: GraphPerson) -> NearPerson:
    return {
        "id": item.id,
        "display_name": item.display_name or None,
        "given_name": item.given_name or None,
        "surname": item.surname or None,
        "job_title": item.job_title or None,
        "company": item.company_name or None,
        "department": item.department or None,
        "office": item.office_location or None,
        "emails": [
            one.address
            for one in item.scored_email_addresses or ()
            if one.address
        ],
        "phones": list(_phones(item)),
        "kind": _kind(item.person_type),
        "is_partial": False,
    }


def _phones(item: GraphPerson) -> Iterator[PersonPhone]:
    for one in item.phones or ():
        if one.number:
            kind = (one.type or "").lower()
            yield {
                "kind": _PHONES.get(kind, "unknown"),
                "number": one.number,
            }


def _kind(
    told: GraphPersonType | None,
) -> Literal["colleague", "contact", "group", "room", "unknown"]:
    if told is None:
        return "unknown"
    if (told.class_ or "").lower() == "group":
        return "group"
    return _KINDS.get((told.subclass or "").lower(), "unknown")
