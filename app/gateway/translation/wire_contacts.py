"""Graph's JSON of contacts and people, as far as it is read here.

Source: https://learn.microsoft.com/graph/api/resources/contact and its like.
"""

from msgspec import Struct, field

from app.gateway.translation.wire import GraphAddress

__all__ = [
    "GraphContact",
    "GraphContactFolder",
    "GraphPerson",
    "GraphPersonType",
    "GraphPhone",
    "GraphPostalAddress",
    "GraphScoredAddress",
]


class _Read(Struct, rename="camel"):
    pass


class GraphPostalAddress(_Read):
    """Where somebody works or lives."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country_or_region: str | None = None


class GraphContact(_Read):
    """A contact."""

    id: str
    odata_etag: str | None = field(name="@odata.etag", default=None)
    change_key: str | None = None
    parent_folder_id: str | None = None
    display_name: str | None = None
    given_name: str | None = None
    surname: str | None = None
    middle_name: str | None = None
    nick_name: str | None = None
    title: str | None = None
    company_name: str | None = None
    department: str | None = None
    job_title: str | None = None
    email_addresses: list[GraphAddress | None] | None = None
    business_phones: list[str | None] | None = None
    home_phones: list[str | None] | None = None
    mobile_phone: str | None = None
    business_address: GraphPostalAddress | None = None
    home_address: GraphPostalAddress | None = None
    other_address: GraphPostalAddress | None = None
    birthday: str | None = None
    personal_notes: str | None = None
    categories: list[str] | None = None
    created_date_time: str | None = None
    last_modified_date_time: str | None = None


class GraphContactFolder(_Read):
    """A contact folder."""

    id: str
    display_name: str | None = None
    parent_folder_id: str | None = None


class GraphScoredAddress(_Read):
    """An address, and how much it matters."""

    address: str | None = None
    relevance_score: float | None = None


class GraphPhone(_Read):
    """A phone number."""

    type: str | None = None
    number: str | None = None


class GraphPersonType(_Read):
    """Whether it is a person at all, and of which kind."""

    class_: str | None = field(name="class", default=None)
    subclass: str | None = None


class GraphPerson(_Read):
    """Somebody around a user."""

    id: str
    display_name: str | None = None
    given_name: str | None = None
    surname: str | None = None
    job_title: str | None = None
    company_name: str | None = None
    department: str | None = None
    office_location: str | None = None
    user_principal_name: str | None = None
    scored_email_addresses: list[GraphScoredAddress] | None = None
    phones: list[GraphPhone] | None = None
    person_type: GraphPersonType | None = None
