"""Contacts and their folders: Graph's JSON to ours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from app.gateway.translation.etags import change_key_of, item_tag
from app.gateway.translation.result import (
    Translated,
    Translation,
    decode,
    decode_page,
)
from app.gateway.translation.times import moment_told
from app.gateway.translation.wire_contacts import (
    GraphContact,
    GraphContactFolder,
    GraphPostalAddress,
)
from app.models.contacts import (
    AddressKind,
    Contact,
    ContactFolder,
    Phone,
    PostalAddress,
)
from app.models.mail import Person

__all__ = ["contact", "contact_folder", "contact_folders", "contacts"]

_FORM = "contact"
_HALF_A_DAY = timedelta(hours=12)
# Exchange gives an empty object for no address.
_NOWHERE = GraphPostalAddress()


def contacts(body: bytes, about: Translation) -> Translated:
    """Translate a page of contacts."""
    return decode_page(body, GraphContact).translated(_contact, about)


def contact(body: bytes, _about: Translation) -> Translated:
    """Translate one contact."""
    content = _contact(decode(body, GraphContact))
    return Translated(content=content, etag=content["etag"])


def contact_folders(body: bytes, about: Translation) -> Translated:
    """Translate a page of contact folders."""
    return decode_page(body, GraphContactFolder).translated(_folder, about)


def contact_folder(body: bytes, _about: Translation) -> Translated:
    """Translate one contact folder."""
    return Translated(content=_folder(decode(body, GraphContactFolder)))


def _contact(item: GraphContact) -> Contact:
    key = item.change_key or change_key_of(item.odata_etag or "") or "unknown"
    return {
        "id": item.id,
        "folder_id": item.parent_folder_id,
        "display_name": item.display_name or None,
        "given_name": item.given_name or None,
        "surname": item.surname or None,
        "middle_name": item.middle_name or None,
        "nickname": item.nick_name or None,
        "title": item.title or None,
        "company": item.company_name or None,
        "department": item.department or None,
        "job_title": item.job_title or None,
        "emails": list(_emails(item)),
        "phones": list(_phones(item)),
        "addresses": list(_addresses(item)),
        "birthday": _day(item.birthday),
        "notes": item.personal_notes or "",
        "categories": item.categories or [],
        "created_at": moment_told(item.created_date_time),
        "modified_at": moment_told(item.last_modified_date_time),
        "etag": item_tag(key, _FORM),
        "is_partial": False,
    }


def _emails(item: GraphContact) -> Iterator[Person]:
    for one in item.email_addresses or ():
        if one is not None and (one.name or one.address):
            yield {"name": one.name or None, "address": one.address or None}


def _phones(item: GraphContact) -> Iterator[Phone]:
    for number in item.business_phones or ():
        if number:
            yield {"kind": "business", "number": number}
    for number in item.home_phones or ():
        if number:
            yield {"kind": "home", "number": number}
    if item.mobile_phone:
        yield {"kind": "mobile", "number": item.mobile_phone}


def _addresses(item: GraphContact) -> Iterator[PostalAddress]:
    kinds: tuple[tuple[AddressKind, GraphPostalAddress | None], ...] = (
        ("business", item.business_address),
        ("home", item.home_address),
        ("other", item.other_address),
    )
    for kind, found in kinds:
        if found is not None and found != _NOWHERE:
            yield {
                "kind": kind,
                "street": found.street or None,
                "postal_code": found.postal_code or None,
                "city": found.city or None,
                "state": found.state or None,
                "country": found.country_or_region or None,
            }


def _day(moment: str | None) -> str | None:
    """Return the day of a birthday, which Exchange keeps as a moment.

    That is 11:59 UTC, or what midnight was in UTC where it was written
    (MS-OXOCNTC 2.2.1.5.1): the nearest midnight to it begins the day.
    """
    if not moment:
        return None
    try:
        told = datetime.fromisoformat(moment)
        day = told.replace(tzinfo=None) + _HALF_A_DAY
        if told.tzinfo is not None:
            day = told.astimezone(UTC).replace(tzinfo=None) + _HALF_A_DAY
    except (OverflowError, ValueError):
        return None
    return day.date().isoformat()


def _folder(item: GraphContactFolder) -> ContactFolder:
    return {
        "id": item.id,
        "parent_id": item.parent_folder_id,
        "name": item.display_name or "",
        "is_partial": False,
    }
