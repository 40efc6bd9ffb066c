"""Contacts and their folders as callers see them."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from app.models.fields import Partial, Timestamp
from app.models.mail import Person

__all__ = [
    "AddressKind",
    "Contact",
    "ContactFolder",
    "ContactFolderPage",
    "ContactPage",
    "Phone",
    "PhoneKind",
    "PostalAddress",
]

_Day = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "format": "date", "examples": ["1984-05-17"]}
    ),
]

PhoneKind = Literal["business", "home", "mobile"]
AddressKind = Literal["business", "home", "other"]


class Phone(TypedDict):
    """A phone number."""

    kind: PhoneKind
    number: Annotated[str, Field(examples=["+49 30 5550112"])]


class PostalAddress(TypedDict):
    """Where a contact works or lives."""

    kind: AddressKind
    street: str | None
    postal_code: str | None
    city: str | None
    state: str | None
    country: str | None


class Contact(TypedDict):
    """Somebody in the address book of a mailbox."""

    id: str
    folder_id: str | None
    display_name: str | None
    given_name: str | None
    surname: str | None
    middle_name: str | None
    nickname: str | None
    title: Annotated[str | None, Field(examples=["Dr"])]
    company: str | None
    department: str | None
    job_title: str | None
    emails: list[Person]
    phones: list[Phone]
    addresses: list[PostalAddress]
    birthday: Annotated[
        _Day | None,
        Field(description="Of the year 1604 if nobody knows the year."),
    ]
    notes: str
    categories: list[str]
    created_at: Timestamp | None
    modified_at: Timestamp | None
    etag: str
    is_partial: Partial


class ContactPage(TypedDict):
    """One page of contacts, and where the next one starts."""

    items: list[Contact]
    next_cursor: str | None


class ContactFolder(TypedDict):
    """A folder of contacts."""

    id: str
    parent_id: str | None
    name: str
    is_partial: Partial


class ContactFolderPage(TypedDict):
    """One page of contact folders, and where the next one starts."""

    items: list[ContactFolder]
    next_cursor: str | None
