"""The people around a user, the most relevant first.

Source: https://learn.microsoft.com/graph/api/user-list-people
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.sandbox.graph.contacts.lists import filtered, page_of
from app.sandbox.graph.contacts.types import PERSON
from app.sandbox.graph.context import Context
from app.sandbox.odata.options import read_options
from app.sandbox.state.directory import User
from app.sandbox.state.mailbox import Mailbox
from app.sandbox.wire import Answer, GraphError, bad_query, json_answer

__all__ = ["get_person", "list_people"]

Entity = dict[str, Any]
WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Person:
    facts: Mapping[str, Any]


def list_people(context: Context) -> Answer:
    """List the people around a user."""
    options = read_options(
        context.request,
        *("count", "filter", "orderby", "search", "select", "skip", "top"),
    )
    select = PERSON.select(options.select)
    found = filtered(_people(context), options, PERSON)
    if options.search is not None:
        if options.skip is not None:
            raise bad_query("'$skip' is not supported with '$search'.")
        matches = _search(options.search)
        found = [one for one in found if matches(one.facts)]

    def show(person: _Person) -> Entity:
        return {k: v for k, v in person.facts.items() if k in select}

    return page_of(context, options, "people", found, show)


def get_person(context: Context) -> Answer:
    """Get one of the people around a user."""
    options = read_options(context.request, "select")
    select = PERSON.select(options.select)
    wanted = context.params["id"]
    for person in _people(context):
        if person.facts["id"] == wanted:
            head = {"@odata.context": context.metadata("people/$entity")}
            shown = {k: v for k, v in person.facts.items() if k in select}
            return json_answer(head | shown)
    raise GraphError(
        404,
        "ErrorItemNotFound",
        "The specified object was not found in the store.",
    )


def _people(context: Context) -> list[_Person]:
    """Return colleagues, correspondents and contacts, each of them once."""
    mailbox, owner = context.mailbox, context.owner
    seen = {owner.address}
    people = []
    colleagues = context.world.directory.members(owner.tenant)
    for one in (
        *(_colleague(u) for u in colleagues if u != owner and u.mailbox),
        *_correspondents(mailbox),
        *_contacts(mailbox),
    ):
        address = one["scoredEmailAddresses"][0]["address"].lower()
        if address not in seen:
            seen.add(address)
            people.append(_Person(one))
    return sorted(people, key=_score, reverse=True)


def _score(person: _Person) -> float:
    return float(person.facts["scoredEmailAddresses"][0]["relevanceScore"])


def _colleague(user: User) -> Entity:
    known = user.properties
    phones = [
        {"type": "business", "number": number}
        for number in known["businessPhones"]
    ]
    person = _person(known["displayName"], user.address, 30.0)
    return person | {
        "id": user.id,
        "givenName": known["givenName"],
        "surname": known["surname"],
        "jobTitle": known["jobTitle"],
        "department": known["department"],
        "officeLocation": known["officeLocation"],
        "userPrincipalName": known["userPrincipalName"],
        "imAddress": f"sip:{user.address}",
        "phones": phones,
        "personType": {"class": "Person", "subclass": "OrganizationUser"},
    }


def _correspondents(mailbox: Mailbox) -> Iterator[Entity]:
    """Yield who wrote more than once."""
    wrote: Counter[tuple[str, str]] = Counter()
    for item in mailbox.present():
        sender = (item.properties["from"] or {}).get("emailAddress", {})
        if sender.get("name") and "@" in (sender.get("address") or ""):
            wrote[sender["name"], sender["address"]] += 1
    for (name, address), times in sorted(wrote.items()):
        if times > 1:
            yield _person(name, address, 20 - 10 / times)


def _contacts(mailbox: Mailbox) -> Iterator[Entity]:
    book = mailbox.contacts
    for contact in book.contacts.values():
        known = contact.properties
        listed = known["emailAddresses"] or ()
        emails = [one for one in listed if one.get("address")]
        if not emails or contact.folder == book.deleted:
            continue
        person = _person(known["displayName"], emails[0]["address"], 5.0)
        yield person | {
            "givenName": known["givenName"],
            "surname": known["surname"],
            "jobTitle": known["jobTitle"],
            "companyName": known["companyName"],
        }


def _person(name: str | None, address: str, score: float) -> Entity:
    return {
        "id": str(uuid5(NAMESPACE_URL, f"mailto:{address.lower()}")),
        "displayName": name,
        "givenName": None,
        "surname": None,
        "birthday": "",
        "personNotes": "",
        "isFavorite": False,
        "jobTitle": None,
        "companyName": None,
        "yomiCompany": "",
        "department": None,
        "officeLocation": None,
        "profession": "",
        "userPrincipalName": "",
        "imAddress": None,
        "scoredEmailAddresses": [
            {"address": address, "relevanceScore": score}
        ],
        "phones": [],
        "postalAddresses": [],
        "websites": [],
        "personType": {"class": "Person", "subclass": "PersonalContact"},
    }


def _search(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test for words that begin as those searched for do."""
    wanted = [word.casefold() for word in WORDS.findall(text)]

    def matches(person: Mapping[str, Any]) -> bool:
        addresses = [e["address"] for e in person["scoredEmailAddresses"]]
        known = " ".join([person["displayName"] or "", *addresses])
        words = WORDS.findall(known.casefold())
        return all(any(w.startswith(one) for w in words) for one in wanted)

    return matches
