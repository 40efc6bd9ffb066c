"""What callers send of contacts, and what they ask of them."""

import re
from collections import Counter
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from app.models.compose import Categories, Recipient
from app.models.contacts import AddressKind, PhoneKind
from app.models.fields import ItemId, Line
from app.models.queries import Paging

__all__ = [
    "ContactFolderPatch",
    "ContactPatch",
    "ContactQuery",
    "NewAddress",
    "NewContact",
    "NewContactFolder",
    "NewPhone",
]

# What Exchange has room for; it refuses more
# (https://github.com/microsoftgraph/microsoft-graph-docs/issues/15276).
_MOST_EMAILS = 3
_MOST_PHONES = {"business": 2, "home": 2, "mobile": 1}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# The first leap year that Exchange can tell.
_FIRST_YEAR = 1604


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("NUL is not allowed")
    return value


def _as_day(value: object) -> object:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise ValueError("expected a date such as 1984-05-17")


def _not_before_exchange(value: date) -> date:
    if value.year < _FIRST_YEAR:
        raise ValueError(f"the year must be {_FIRST_YEAR} or later")
    return value


_Text = Annotated[str, AfterValidator(_without_nul)]
_Name = Annotated[Line, Field(max_length=255)]
_Birthday = Annotated[
    date,
    BeforeValidator(_as_day),
    AfterValidator(_not_before_exchange),
    WithJsonSchema(
        {"type": "string", "format": "date", "examples": ["1984-05-17"]}
    ),
]


class NewPhone(_Input):
    """A phone number."""

    kind: PhoneKind
    number: Annotated[Line, Field(min_length=1, max_length=64)]


class NewAddress(_Input):
    """Where a contact works or lives."""

    kind: AddressKind
    street: Annotated[_Text, Field(max_length=1024)] | None = None
    postal_code: _Name | None = None
    city: _Name | None = None
    state: _Name | None = None
    country: _Name | None = None


def _few_phones(phones: list[NewPhone]) -> list[NewPhone]:
    for kind, number in Counter(phone.kind for phone in phones).items():
        if number > _MOST_PHONES[kind]:
            raise ValueError(
                f"Exchange keeps {_MOST_PHONES[kind]} of the kind {kind}"
            )
    return phones


def _each_kind_once(addresses: list[NewAddress]) -> list[NewAddress]:
    kinds = [address.kind for address in addresses]
    if len(set(kinds)) < len(kinds):
        raise ValueError("Exchange keeps one of each kind")
    return addresses


_Emails = Annotated[list[Recipient], Field(max_length=_MOST_EMAILS)]
_Phones = Annotated[
    list[NewPhone],
    Field(max_length=sum(_MOST_PHONES.values())),
    AfterValidator(_few_phones),
]
_Addresses = Annotated[
    list[NewAddress], Field(max_length=3), AfterValidator(_each_kind_once)
]


class _Members(_Input):
    """What both new contacts and changes of them may say."""

    display_name: Annotated[
        _Name | None,
        Field(
            description="Made of the other names without it, and again when"
            " one of them changes."
        ),
    ] = None
    given_name: _Name | None = None
    surname: _Name | None = None
    middle_name: _Name | None = None
    nickname: _Name | None = None
    title: _Name | None = None
    company: _Name | None = None
    department: _Name | None = None
    job_title: _Name | None = None
    emails: _Emails | None = None
    phones: _Phones | None = None
    addresses: _Addresses | None = None
    birthday: _Birthday | None = None
    notes: _Text | None = None
    categories: Categories | None = None


class NewContact(_Members):
    """A contact to make."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "given_name": "Amara",
                    "surname": "Abara",
                    "emails": [{"address": "amara@northwind.example"}],
                    "phones": [{"kind": "mobile", "number": "+49 151 5550"}],
                }
            ]
        }
    )

    folder_id: Annotated[
        ItemId | None,
        Field(description="Of a contact folder; the default one without it."),
    ] = None

    @model_validator(mode="after")
    def _can_be_found_again(self) -> Self:
        names = (self.display_name, self.given_name, self.surname)
        if not any((*names, self.company, self.emails, self.phones)):
            raise ValueError("a name, company, address or number is needed")
        return self


def _as_merge_patch(schema: dict[str, Any]) -> None:
    """Drop the defaults: a client that filled them in would change more."""
    for member in schema["properties"].values():
        member.pop("default", None)
    schema["minProperties"] = 1
    schema["examples"] = [{"job_title": "Head of Sales"}]


class ContactPatch(_Members):
    """A JSON merge patch (RFC 7396) of a contact.

    What is left out stays, null clears. Lists are replaced as a whole.
    """

    model_config = ConfigDict(json_schema_extra=_as_merge_patch)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("at least one member is needed")
        return self


class NewContactFolder(_Input):
    """A contact folder to make, inside the default one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Suppliers"}]}
    )

    name: Annotated[_Name, Field(min_length=1)]


class ContactFolderPatch(NewContactFolder):
    """A JSON merge patch (RFC 7396) of a contact folder."""


class ContactQuery(Paging):
    """Which contacts."""

    folder: Annotated[
        ItemId | None,
        Field(description="Id of a contact folder; the default one else."),
    ] = None
    query: Annotated[
        Line | None,
        Field(
            min_length=1,
            max_length=200,
            description="How the display name, given name, surname or"
            " company begins, or a whole mail address. Exchange cannot look"
            " inside of them.",
        ),
    ] = None
    sort: Annotated[
        Literal["display_name", "-display_name", "surname", "-surname"],
        Field(description="Ascending, or descending with a minus sign."),
    ] = "display_name"
