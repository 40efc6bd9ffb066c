"""Contacts, their folders and people, as Graph has them."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.contract.conftest import ADA, GRACE, IMMUTABLE, every, refusal

pytestmark = pytest.mark.anyio

CONTACTS = f"{ADA}/contacts"
FOLDERS = f"{ADA}/contactFolders"
MARK = "String {7d7b1e0c-5f0a-4a37-9d2c-3d5e7f2f6a41} Name Mark"


async def made(graph: httpx.AsyncClient, **properties: Any) -> dict[str, Any]:
    """Create a contact of Grace's, who has none."""
    answer = await graph.post(f"{GRACE}/contacts", json=properties)
    assert answer.status_code == 201
    contact: dict[str, Any] = answer.json()
    return contact


async def test_the_default_folder_is_listed(graph: httpx.AsyncClient) -> None:
    """Contacts in other folders are found there, and by their id."""
    default = await every(graph, f"{CONTACTS}?$top=20")
    same = await every(graph, f"{FOLDERS}/contacts/contacts")
    folders = await every(graph, FOLDERS)
    inside = await every(graph, f"{FOLDERS}/{folders[0]['id']}/contacts")
    one = await graph.get(f"{CONTACTS}/{quote(inside[0]['id'], safe='')}")
    lost = await graph.get(
        f"{FOLDERS}/contacts/contacts/{quote(inside[0]['id'], safe='')}"
    )
    count = await graph.get(f"{CONTACTS}/$count")

    assert len(default) == len(same) == int(count.text) == 41
    assert [f["displayName"] for f in folders] == [
        "Suppliers",
        "Familie & Freunde",
    ]
    assert len(inside) == 4
    assert one.json()["parentFolderId"] == folders[0]["id"]
    assert lost.status_code == 404


async def test_filters_orders_and_pages(graph: httpx.AsyncClient) -> None:
    """As for messages; of addresses only equality may be asked."""
    query = {
        "$filter": "startswith(displayName,'a') or"
        " emailAddresses/any(a:a/address eq 'noa@litware.example')",
        "$orderby": "displayName desc",
        "$select": "displayName",
        "$top": "2",
        "$count": "true",
    }
    page = (await graph.get(CONTACTS, params=query)).json()
    rest = await every(graph, page["@odata.nextLink"])
    names = [one["displayName"] for one in (*page["value"], *rest)]
    refused = [
        await graph.get(CONTACTS, params={"$filter": wrong})
        for wrong in (
            "emailAddresses/any(a:startswith(a/address,'n'))",
            "emailAddresses/any(a:a/address ne 'x@y.example')",
            "emailAddresses/any(a:a/name eq 'x')",
            "homePhones eq '1'",
        )
    ]
    unordered = await graph.get(
        CONTACTS,
        params={
            "$filter": "surname eq 'Haas'",
            "$orderby": "displayName",
        },
    )

    assert set(page["value"][0]) == {"@odata.etag", "id", "displayName"}
    assert page["@odata.count"] == len(names) > 2
    assert names == sorted(names, key=str.casefold, reverse=True)
    assert "Noa Peretz" in names
    for answer in refused:
        assert refusal(answer) == (400, "ErrorInvalidUrlQueryFilter")
    assert refusal(unordered) == (400, "InefficientFilter")


async def test_names_follow_from_their_parts(
    graph: httpx.AsyncClient,
) -> None:
    """A new part of the name makes a new display name, unless one is given."""
    contact = await made(graph, givenName="Mary", surname="Shaw")
    place = f"{GRACE}/contacts/{quote(contact['id'], safe='')}"
    named = (await graph.patch(place, json={"displayName": "Em"})).json()
    other = (await graph.patch(place, json={"jobTitle": "Poet"})).json()
    married = (await graph.patch(place, json={"surname": "Wolf"})).json()

    assert contact["displayName"] == "Mary Shaw"
    assert contact["fileAs"] == "Shaw, Mary"
    assert contact["initials"] == "M.S."
    assert [named["displayName"], other["displayName"]] == ["Em", "Em"]
    assert married["displayName"] == "Mary Wolf"


async def test_only_the_version_that_is_meant_is_changed(
    graph: httpx.AsyncClient,
) -> None:
    """If-Match is heeded by PATCH and DELETE."""
    contact = await made(graph, givenName="Mary")
    place = f"{GRACE}/contacts/{quote(contact['id'], safe='')}"
    old = {"If-Match": contact["@odata.etag"]}
    first = await graph.patch(place, json={"title": "Dr"}, headers=old)
    late = await graph.patch(place, json={"title": "Prof"}, headers=old)
    kept = await graph.delete(place, headers=old)
    broken = await graph.delete(place, headers={"If-Match": '"x"'})

    assert first.status_code == 200
    assert first.json()["changeKey"] != contact["changeKey"]
    assert refusal(late) == refusal(kept) == (412, "ErrorIrresolvableConflict")
    assert refusal(broken) == (400, "ErrorInvalidChangeKey")


async def test_deleted_contacts_lie_in_deleted_items(
    graph: httpx.AsyncClient,
) -> None:
    """With its immutable id a deleted contact is there until deleted again."""
    graph.headers.update(IMMUTABLE)
    contact = await made(graph, givenName="Mary")
    place = f"{GRACE}/contacts/{contact['id']}"
    first = await graph.delete(place)
    there = await graph.get(place)
    listed = await every(graph, f"{GRACE}/contacts")
    second = await graph.delete(place)
    third = await graph.delete(place)
    bin_ = (await graph.get(f"{GRACE}/mailFolders/deleteditems")).json()

    assert [first.status_code, second.status_code] == [204, 204]
    assert there.json()["parentFolderId"] == bin_["id"]
    assert listed == []
    assert refusal(third) == (404, "ErrorItemNotFound")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"givenname": "x"}, "UnableToDeserializePostBody"),
        ({"givenName": 1}, "UnableToDeserializePostBody"),
        ({"homePhones": "1"}, "UnableToDeserializePostBody"),
        ({"emailAddresses": [{"mail": "x"}]}, "UnableToDeserializePostBody"),
        ({"homeAddress": {"planet": "x"}}, "UnableToDeserializePostBody"),
        ({"birthday": "soon"}, "UnableToDeserializePostBody"),
        ({"id": "x"}, "ErrorInvalidPropertySet"),
        ({"businessPhones": ["1", "2", "3"]}, "ErrorInvalidArgument"),
        (
            {"emailAddresses": [{"address": "a@b.c"}] * 4},
            "ErrorInvalidArgument",
        ),
    ],
)
async def test_what_cannot_be_is_refused(
    graph: httpx.AsyncClient, body: dict[str, Any], code: str
) -> None:
    """Unknown members, other types, and more than Exchange keeps."""
    answer = await graph.post(f"{GRACE}/contacts", json=body)

    assert refusal(answer) == (400, code)
    assert await every(graph, f"{GRACE}/contacts") == []


async def test_extended_properties_find_what_was_made(
    graph: httpx.AsyncClient,
) -> None:
    """They are filtered by, shown when expanded, and not echoed else."""
    mark = [{"id": MARK, "value": "one"}]
    contact = await made(
        graph, givenName="Mary", singleValueExtendedProperties=mark
    )
    wanted = f"ep/id eq '{MARK}' and ep/value eq 'one'"
    filter_ = f"singleValueExtendedProperties/any(ep:{wanted})"
    expand = f"singleValueExtendedProperties($filter=id eq '{MARK}')"
    found = await graph.get(
        f"{GRACE}/contacts", params={"$filter": filter_, "$expand": expand}
    )
    body = {"displayName": "F", "singleValueExtendedProperties": mark}
    folder = await graph.post(f"{GRACE}/contactFolders", json=body)
    folders = await graph.get(
        f"{GRACE}/contactFolders", params={"$filter": filter_}
    )

    assert "singleValueExtendedProperties" not in contact
    [one] = found.json()["value"]
    assert one["singleValueExtendedProperties"] == mark
    assert folder.status_code == 201
    assert [f["id"] for f in folders.json()["value"]] == [folder.json()["id"]]


async def test_folders_are_made_renamed_and_removed(
    graph: httpx.AsyncClient,
) -> None:
    """Names are unique, and the default folder stays as it is."""
    made_ = await graph.post(FOLDERS, json={"displayName": "Team"})
    place = f"{FOLDERS}/{made_.json()['id']}"
    again = await graph.post(FOLDERS, json={"displayName": "team"})
    renamed = await graph.patch(place, json={"displayName": "Old team"})
    taken = await graph.patch(place, json={"displayName": "Suppliers"})
    contact = await graph.post(f"{place}/contacts", json={"givenName": "Jo"})
    gone = await graph.delete(place)
    default = await graph.delete(f"{FOLDERS}/contacts")

    assert made_.headers["location"].endswith(quote(place, safe="/@"))
    assert contact.json()["parentFolderId"] == made_.json()["id"]
    assert refusal(again) == refusal(taken) == (409, "ErrorFolderExists")
    assert renamed.json()["displayName"] == "Old team"
    assert gone.status_code == 204
    assert (await graph.get(place)).status_code == 404
    assert default.status_code == 400


async def test_people_come_by_relevance(graph: httpx.AsyncClient) -> None:
    """Colleagues before correspondents before contacts, each of them once."""
    people = await every(graph, f"{ADA}/people?$top=7")
    addresses = [p["scoredEmailAddresses"][0]["address"] for p in people]
    searched = await graph.get(f"{ADA}/people", params={"$search": '"okaf"'})
    skipped = await graph.get(
        f"{ADA}/people", params={"$search": "x", "$skip": "1"}
    )
    one = await graph.get(f"{ADA}/people/{people[0]['id']}")

    assert people[0]["personType"]["subclass"] == "OrganizationUser"
    assert people[-1]["personType"]["subclass"] == "PersonalContact"
    assert len(set(addresses)) == len(addresses) > 30
    assert [p["surname"] for p in searched.json()["value"]] == ["Okafor"]
    assert refusal(skipped)[0] == 400
    assert one.json()["displayName"] == people[0]["displayName"]
