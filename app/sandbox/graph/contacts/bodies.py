"""Contacts in request bodies: what may be written, and in which shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.sandbox.clock import parse_utc, stamp
from app.sandbox.graph.bodies import not_deserializable
from app.sandbox.graph.checks import (
    Check,
    members,
    optional_text,
    text,
    texts,
)
from app.sandbox.graph.contacts.types import CONTACT, CONTACT_FOLDER
from app.sandbox.odata.fields import Entity
from app.sandbox.wire import GraphError

__all__ = ["Written", "read_contact", "read_folder"]

EXTENDED = "singleValueExtendedProperties"
ADDRESS = ("city", "countryOrRegion", "postalCode", "state", "street")
# The most that Exchange keeps of each
# (https://github.com/microsoftgraph/microsoft-graph-docs/issues/15276).
MOST = {
    "businessPhones": 2,
    "emailAddresses": 3,
    "homePhones": 2,
    "imAddresses": 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a body says: properties, and extended ones by id."""

    properties: dict[str, Any]
    extended: dict[str, str]


def read_contact(data: Mapping[str, Any]) -> Written:
    """Check and normalize a contact in a body.

    Raises:
        GraphError: 400, for what does not exist, has another type, cannot
            be set or is too much.
    """
    return _read(data, WRITABLE, CONTACT)


def read_folder(data: Mapping[str, Any]) -> Written:
    """Check a contact folder in a body.

    Raises:
        GraphError: as `read_contact` does.
    """
    return _read(
        data, {"displayName": text, "parentFolderId": text}, CONTACT_FOLDER
    )


def _read(
    data: Mapping[str, Any], writable: Mapping[str, Check], entity: Entity
) -> Written:
    given = {k: v for k, v in data.items() if not k.startswith("@odata.")}
    extended = _checked(EXTENDED, given.pop(EXTENDED, []), _extended)
    properties = {}
    for name, value in given.items():
        if name not in writable:
            raise _refused(name, entity)
        properties[name] = _checked(name, value, writable[name])
        _count(name, properties[name])
    return Written(properties=properties, extended=extended)


def _checked(name: str, value: Any, check: Check) -> Any:
    try:
        return check(value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise not_deserializable(f"'{name}' has a wrong value") from error


def _refused(name: str, entity: Entity) -> GraphError:
    if name in entity.selectable:
        return GraphError(
            400,
            "ErrorInvalidPropertySet",
            f"Set action is invalid for property: {name}.",
        )
    return not_deserializable(
        f"the property '{name}' does not exist on type '{entity.name}'"
    )


def _count(name: str, value: Any) -> None:
    most = MOST.get(name)
    if most is not None and len(value) > most:
        raise GraphError(
            400,
            "ErrorInvalidArgument",
            f"The multi value property {name[0].upper()}{name[1:]} has "
            f"{len(value)} entries, that exceeds the max allowed value of "
            f"{most}.",
        )


def _emails(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise TypeError(value)
    return [_email(one) for one in value]


def _email(value: Any) -> dict[str, str]:
    given = members(value, "address", "name")
    address = optional_text(given.get("address")) or ""
    return {"name": optional_text(given.get("name")) or address} | (
        # What is no address is not kept
        # (https://github.com/microsoftgraph/microsoft-graph-docs/issues/2186).
        {"address": address} if "@" in address.strip(",") else {}
    )


def _address(value: Any) -> dict[str, str]:
    given = members(value, *ADDRESS)
    checked = {name: optional_text(given[name]) for name in given}
    return {name: value for name, value in checked.items() if value}


def _birthday(value: Any) -> str | None:
    """Take a day or a moment; Exchange keeps a moment."""
    if value is None:
        return None
    given = text(value)
    if len(given) == len("2000-01-01"):
        return f"{date.fromisoformat(given)}T11:59:00Z"
    return stamp(parse_utc(given))


def _extended(value: Any) -> dict[str, str]:
    if not isinstance(value, list):
        raise TypeError(value)
    return {
        text(one["id"]): text(one["value"])
        for one in [members(each, "id", "value") for each in value]
    }


WRITABLE: dict[str, Check] = {
    **dict.fromkeys(
        (
            *("assistantName", "businessHomePage", "companyName"),
            *("department", "displayName", "fileAs", "generation"),
            *("givenName", "initials", "jobTitle", "manager", "middleName"),
            *("mobilePhone", "nickName", "officeLocation", "personalNotes"),
            *("profession", "spouseName", "surname", "title"),
            *("yomiCompanyName", "yomiGivenName", "yomiSurname"),
        ),
        optional_text,
    ),
    **dict.fromkeys(
        (
            *("businessPhones", "categories", "children", "homePhones"),
            "imAddresses",
        ),
        texts,
    ),
    **dict.fromkeys(
        ("businessAddress", "homeAddress", "otherAddress"), _address
    ),
    "birthday": _birthday,
    "emailAddresses": _emails,
    "parentFolderId": text,
}
