"""People around a mailbox as callers see them."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.models.fields import Line, Partial
from app.models.queries import Paging

__all__ = ["NearPerson", "PeopleQuery", "PersonPage", "PersonPhone"]


class PersonPhone(TypedDict):
    """A phone number of somebody."""

    kind: Literal["business", "home", "mobile", "other", "unknown"]
    number: str


class NearPerson(TypedDict):
    """Somebody, or a group, that the owner of a mailbox deals with."""

    id: str
    display_name: str | None
    given_name: str | None
    surname: str | None
    job_title: str | None
    company: str | None
    department: str | None
    office: str | None
    emails: list[str]
    phones: list[PersonPhone]
    kind: Annotated[
        Literal["colleague", "contact", "group", "room", "unknown"],
        Field(
            description="`contact`: from the address book or from mail;"
            " `colleague`: of the same organization."
        ),
    ]
    is_partial: Partial


class PersonPage(TypedDict):
    """One page of people, and where the next one starts."""

    items: list[NearPerson]
    next_cursor: str | None


class PeopleQuery(Paging):
    """Which people."""

    query: Annotated[
        Line | None,
        Field(
            min_length=1,
            max_length=200,
            description="How words of the name or of an address begin; all"
            " of them must be found. Answered by the closest `limit` of"
            " them, without a cursor.",
        ),
    ] = None
