"""Between Graph's contacts, people and rooms and ours."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.translation.contacts import contact, contacts
from app.gateway.translation.people import people
from app.gateway.translation.result import Translation
from app.gateway.translation.rooms import rooms
from app.gateway.translation.writing_contacts import contact_patch_json
from app.models.contact_input import ContactPatch
from app.models.contacts import Contact
from app.services.people.contact_changes import shows

ABOUT = Translation(representation="", seal=lambda link: link)


def translated(**members: Any) -> Contact:
    body = msgspec.json.encode({"id": "c", **members})
    found: Contact = contact(body, ABOUT).content
    return found


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("1984-05-17T00:00:00Z", "1984-05-17"),
        ("1984-05-17T11:59:00Z", "1984-05-17"),
        # Midnight in Berlin, New York and Auckland.
        ("1984-05-16T22:00:00Z", "1984-05-17"),
        ("1984-05-17T04:00:00Z", "1984-05-17"),
        ("1984-05-16T12:00:00Z", "1984-05-17"),
        ("1984-05-17T02:00:00+02:00", "1984-05-17"),
        ("1984-05-17", "1984-05-17"),
        ("1604-02-29T11:59:00Z", "1604-02-29"),
        ("9999-12-31T23:59:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("some day", None),
        ("", None),
        (None, None),
    ],
)
def test_birthdays_are_days(moment: str | None, day: str | None) -> None:
    """Whatever hour Outlook has written in whichever zone."""
    assert translated(birthday=moment)["birthday"] == day


@given(st.dates(date(1604, 1, 1)))
def test_birthdays_come_back(day: date) -> None:
    """What is written is read: the same day."""
    patch = ContactPatch.model_validate({"birthday": day.isoformat()})
    written = msgspec.json.decode(contact_patch_json(patch))

    assert translated(**written)["birthday"] == day.isoformat()


def test_a_bare_contact_is_enough() -> None:
    """All but the id may be missing, null or empty."""
    bare = translated(
        emailAddresses=[None, {}, {"name": ""}],
        homeAddress={},
        otherAddress={"city": None},
        businessPhones=[None, ""],
        mobilePhone="",
        surname="",
        personalNotes=None,
        categories=None,
    )

    assert bare["emails"] == []
    assert bare["phones"] == []
    assert bare["addresses"] == []
    assert bare["surname"] is None
    assert bare["notes"] == ""
    assert bare["etag"] == '"unknown.contact.2"'


def test_one_contact_takes_no_page() -> None:
    """What cannot be read is missing, and the item says so."""
    body = msgspec.json.encode(
        {
            "value": [
                {"id": "a", "surname": 5, "givenName": "A", "birthday": []},
                {"id": "b", "givenName": "B"},
                "nonsense",
            ]
        }
    )
    odd, well, nothing = contacts(body, ABOUT).content["items"]

    assert (odd["given_name"], odd["surname"]) == ("A", None)
    assert [odd["is_partial"], well["is_partial"]] == [True, False]
    assert nothing["id"] == ""


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"class": "Person", "subclass": "OrganizationUser"}, "colleague"),
        ({"class": "Person", "subclass": "PersonalContact"}, "contact"),
        ({"class": "Group", "subclass": "UnifiedGroup"}, "group"),
        ({"class": "Person", "subclass": "Hologram"}, "unknown"),
        ({}, "unknown"),
        (None, "unknown"),
    ],
)
def test_kinds_of_people(told: dict[str, str] | None, kind: str) -> None:
    """An open enumeration: what nobody knows is unknown."""
    person = {"id": "p", "personType": told, "phones": [{"number": "1"}]}
    body = msgspec.json.encode({"value": [person]})
    [found] = people(body, ABOUT).content["items"]

    assert found["kind"] == kind
    assert found["phones"] == [{"kind": "unknown", "number": "1"}]


@pytest.mark.parametrize(
    ("told", "capacity"), [(50, 50), ("50", 50), ("many", None), (None, None)]
)
def test_capacities(told: Any, capacity: int | None) -> None:
    """Graph's own documentation shows text for the number."""
    room = {"id": "r", "capacity": told, "bookingType": "lottery"}
    body = msgspec.json.encode({"value": [room]})
    [found] = rooms(body, ABOUT).content["items"]

    assert found["capacity"] == capacity
    assert found["booking"] == "unknown"


CHANGES: dict[str, Any] = {
    "surname": "Abara",
    "title": None,
    "notes": "x",
    "birthday": "1984-05-17",
    "emails": [{"address": "A@b.example"}],
    "phones": [
        {"kind": "mobile", "number": "1"},
        {"kind": "business", "number": "2"},
    ],
    "addresses": [{"kind": "other", "city": "Berlin"}],
    "categories": ["Blue"],
}


@given(st.sets(st.sampled_from(sorted(CHANGES)), min_size=1))
def test_a_change_shows_when_it_was_made(names: set[str]) -> None:
    """All that was written is there; before, and of another, it is not."""
    patch = ContactPatch.model_validate({n: CHANGES[n] for n in names})
    written = msgspec.json.decode(contact_patch_json(patch))
    after = translated(**written)

    assert shows(after, patch)
    if names - {"title"}:
        assert not shows(translated(), patch)
