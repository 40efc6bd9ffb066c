"""Contacts and their folders, over the whole service."""

from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
ADA = f"/v1/mailboxes/{ADDRESS}"
CONTACTS = f"{ADA}/contacts"
FOLDERS = f"{ADA}/contact-folders"
CONTACT = "/users/{mailbox}/contacts/{id}"
WHOLE: dict[str, Any] = {
    "display_name": "Dr. Jo Baker",
    "given_name": "Jo",
    "surname": "Baker",
    "middle_name": "M.",
    "nickname": "JoJo",
    "title": "Dr",
    "company": "Litware",
    "department": "Research",
    "job_title": "Head",
    "emails": [
        {"name": "Jo", "address": "jo@litware.example"},
        {"name": "At home", "address": "jo@home.example"},
    ],
    "phones": [
        {"kind": "business", "number": "+49 30 1"},
        {"kind": "business", "number": "+49 30 2"},
        {"kind": "home", "number": "+49 30 3"},
        {"kind": "mobile", "number": "+49 151 4"},
    ],
    "addresses": [
        {
            "kind": "home",
            "street": "Torstraße 1\nHinterhof",
            "postal_code": "10119",
            "city": "Berlin",
            "state": "BE",
            "country": "Germany",
        }
    ],
    "birthday": "1984-02-29",
    "notes": "Two\nlines.",
    "categories": ["Aurora"],
}
JO = {"given_name": "Jo", "surname": "Baker"}


def named(sandbox: Sandbox, name: str) -> list[Any]:
    """Return the stored contacts with a display name."""
    book = sandbox.mailbox(ADDRESS).state.contacts
    return [
        one
        for one in book.contacts.values()
        if one.properties["displayName"] == name
    ]


async def made(client: httpx.AsyncClient) -> tuple[str, str]:
    """Make a contact; return its path and entity tag."""
    answer = await client.post(CONTACTS, json=JO)
    return f"{CONTACTS}/{answer.json()['id']}", answer.headers["etag"]


async def test_what_is_written_is_read(client: httpx.AsyncClient) -> None:
    """All members go there and come back, and null clears each of them."""
    created = await client.post(CONTACTS, json=WHOLE)
    place = httpx.URL(created.headers["location"])
    read = await client.get(place)
    unchanged = await client.get(
        place, headers={"If-None-Match": created.headers["etag"]}
    )
    cleared = await client.patch(
        place,
        content=httpx.Response(
            200, json=dict.fromkeys(WHOLE) | {"company": "Litware"}
        ).content,
        headers={
            "Content-Type": "application/merge-patch+json",
            "If-Match": read.headers["etag"],
        },
    )
    bare = cleared.json()

    assert created.status_code == 201
    assert {k: read.json()[k] for k in WHOLE} == WHOLE
    assert read.json() == created.json()
    assert unchanged.status_code == 304
    assert cleared.status_code == 200
    assert bare["company"] == "Litware"
    assert bare["notes"] == ""
    for name in ("emails", "phones", "addresses", "categories"):
        assert bare[name] == []
    for name in ("display_name", "surname", "title", "birthday"):
        assert bare[name] is None
    assert bare["etag"] != read.json()["etag"]


async def test_lists_go_on_to_their_end(client: httpx.AsyncClient) -> None:
    """By name, each once; a cursor is good for its own list alone."""
    names = []
    params: dict[str, Any] = {"limit": 15}
    while True:
        page = await client.get(CONTACTS, params=params)
        names += [one["display_name"] for one in page.json()["items"]]
        if page.json()["next_cursor"] is None:
            break
        params["cursor"] = page.json()["next_cursor"]
    backwards = await client.get(
        CONTACTS, params={"sort": "-display_name", "limit": 100}
    )
    elsewhere = await client.get(
        CONTACTS, params={**params, "sort": "surname"}
    )

    known = [name.casefold() for name in names if name is not None]
    assert len(names) == 41
    assert known == sorted(known)
    assert len(backwards.json()["items"]) == 41
    assert backwards.json()["items"][0]["display_name"] == names[-1]
    assert elsewhere.json()["code"] == "invalid-cursor"


async def test_odd_contacts_take_no_page(client: httpx.AsyncClient) -> None:
    """Nulls, lost addresses and other scripts are told as they are."""
    listed = await client.get(CONTACTS, params={"limit": 100})
    items = listed.json()["items"]
    by_name = {one["display_name"]: one for one in items}

    assert by_name["Old System"]["emails"] == [
        {"name": "Old System", "address": "/o=ExchangeLabs/cn=OLD"},
        {"name": "Lost its address", "address": None},
    ]
    assert by_name["Leap Day"]["birthday"] == "1604-02-29"
    assert by_name["Leap Day"]["emails"] == []
    assert by_name["Ольга Лебедева"]["given_name"] == "Ольга"
    assert [one["given_name"] for one in items if not one["display_name"]] == [
        None,
        None,
        "Nameless",
    ] or None in by_name


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("noa@litware.example", {"Noa Peretz"}),
        ("o'she", {"Fiona O'Shea"}),
        ("ОЛЬГА", {"Ольга Лебедева"}),
        ("nobody", set()),
        ("') or startswith(displayName,'a", set()),
    ],
)
@pytest.mark.parametrize("sort", ["display_name", "-surname"])
async def test_names_and_addresses_are_found(
    client: httpx.AsyncClient, query: str, found: set[str], sort: str
) -> None:
    """By the beginning of a name or a whole address, in any order."""
    answer = await client.get(CONTACTS, params={"query": query, "sort": sort})

    names = {one["display_name"] for one in answer.json()["items"]}
    assert names == found


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"emails": [{"address": "a@b.example"}] * 4}, "emails"),
        (
            {"phones": [{"kind": "mobile", "number": "1"}] * 2},
            "phones",
        ),
        (
            {"phones": [{"kind": "business", "number": "1"}] * 3},
            "phones",
        ),
        ({"phones": [{"kind": "fax", "number": "1"}]}, "phones/0/kind"),
        ({"addresses": [{"kind": "home"}] * 2}, "addresses"),
        ({"emails": [{"address": "nobody"}]}, "emails/0/address"),
        ({"birthday": "1984-02-30"}, "birthday"),
        ({"birthday": "1984-02-03T00:00:00Z"}, "birthday"),
        ({"birthday": "0001-01-01"}, "birthday"),
        ({"given_name": "two\nlines"}, "given_name"),
        ({"notes": "\0"}, "notes"),
        ({"fax": "1"}, "fax"),
        ({"id": "x"}, "id"),
    ],
)
async def test_what_exchange_has_no_room_for_is_refused(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    change: dict[str, Any],
    pointer: str,
) -> None:
    """Before Graph is asked, and pointed at; nothing is made or changed."""
    created = await client.post(CONTACTS, json={**JO, **change})
    patched = await client.patch(f"{CONTACTS}/AAkA", json=change)

    for answer in (created, patched):
        assert answer.status_code == 422
        told = {error["pointer"] for error in answer.json()["errors"]}
        assert f"#/body/{pointer}" in told
    assert sandbox.calls == []


async def test_a_contact_needs_something_to_be_found_by(
    client: httpx.AsyncClient,
) -> None:
    """An empty one, an empty patch and unknown parameters are refused."""
    answers = [
        await client.post(CONTACTS, json={"notes": "Who?"}),
        await client.patch(f"{CONTACTS}/AAkA", json={}),
        await client.post(FOLDERS, json={"name": ""}),
        await client.get(CONTACTS, params={"sort": "age"}),
        await client.get(CONTACTS, params={"page": 2}),
    ]
    missing = await client.get(f"{CONTACTS}/AAkA")

    assert [answer.status_code for answer in answers] == [422] * 5
    assert missing.json()["code"] == "item-not-found"


async def test_changes_are_made_to_what_was_read(
    client: httpx.AsyncClient,
) -> None:
    """If-Match is heeded; without it the last one wins."""
    place, tag = await made(client)
    old = {"If-Match": tag}
    first = await client.patch(place, json={"title": "Dr"}, headers=old)
    late = await client.patch(place, json={"title": "Prof"}, headers=old)
    kept = await client.delete(place, headers=old)
    gone = await client.delete(
        place, headers={"If-Match": first.headers["etag"]}
    )
    listed = await client.get(CONTACTS, params={"query": "Jo Baker"})

    assert first.json()["title"] == "Dr"
    assert late.status_code == kept.status_code == 412
    assert late.json()["outcome"] == "not_performed"
    assert gone.status_code == 204
    assert listed.json()["items"] == []


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 504, "after_work": True}, id="504 after"),
        pytest.param({"status": 504}, id="504 before"),
        pytest.param({"reset": "after"}, id="reset after"),
        pytest.param({"status": 429, "retry_after": 2}, id="429"),
        pytest.param({"status": 503, "retry_after": 2}, id="503"),
    ],
)
async def test_a_contact_is_made_once(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: dict[str, Any]
) -> None:
    """Whatever Graph says in between, and however often it is asked for."""
    sandbox.faults.add(
        Fault(method="POST", route="/users/*", times=1, **fault)
    )
    headers = {"Idempotency-Key": "k"}
    first = await client.post(CONTACTS, json=JO, headers=headers)
    again = await client.post(CONTACTS, json=JO, headers=headers)
    other = await client.post(
        CONTACTS, json={**JO, "title": "Dr"}, headers=headers
    )

    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert other.json()["code"] == "idempotency-key-reused"
    assert len(named(sandbox, "Jo Baker")) == 1


async def test_a_contact_in_doubt_is_found_by_its_key(
    service: Service, sandbox: Sandbox
) -> None:
    """When nobody could look, the next request with the key does."""
    sandbox.faults.add(
        Fault(
            method="POST",
            route="/users/*",
            status=504,
            after_work=True,
            times=1,
        )
    )
    lost = sandbox.faults.add(
        Fault(method="GET", route="/users/*", status=503)
    )
    headers = {"Idempotency-Key": "k", "Prefer": "wait=10"}
    first = await service.client.post(CONTACTS, json=JO, headers=headers)
    sandbox.faults.remove(lost)
    second = await service.client.post(CONTACTS, json=JO, headers=headers)

    assert first.json()["outcome"] == "unknown"
    assert second.status_code == 201
    assert len(named(sandbox, "Jo Baker")) == 1


@pytest.mark.parametrize("after_work", [True, False])
async def test_a_change_in_doubt_is_looked_at(
    client: httpx.AsyncClient, sandbox: Sandbox, *, after_work: bool
) -> None:
    """A repeated PATCH or DELETE takes its own work for done."""
    place, tag = await made(client)
    sandbox.faults.add(
        Fault(method="PATCH", status=504, after_work=after_work, times=1)
    )
    change = {"emails": [{"address": "jo@b.example"}], "notes": "x"}
    patched = await client.patch(place, json=change, headers={"If-Match": tag})
    sandbox.faults.add(
        Fault(method="DELETE", status=504, after_work=after_work, times=1)
    )
    deleted = await client.delete(place)
    [left] = named(sandbox, "Jo Baker")
    book = sandbox.mailbox(ADDRESS).state.contacts

    assert patched.status_code == 200
    assert patched.json()["notes"] == "x"
    assert deleted.status_code == 204
    assert left.folder == book.deleted


async def test_contacts_outlive_graph(
    service: Service, sandbox: Sandbox
) -> None:
    """Reads are answered from before, marked so; writes are not."""
    place, _ = await made(service.client)
    await service.client.get(CONTACTS)
    await service.client.get(place)
    await service.client.get(FOLDERS)
    await service.clock.sleep(3600)
    sandbox.faults.add(Fault(route="/users/*", status=503))
    answers = [
        await service.client.get(path) for path in (CONTACTS, place, FOLDERS)
    ]
    refused = await service.client.patch(place, json={"title": "Dr"})

    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["exchange-freshness"] == "stale"
    assert refused.status_code == 503


async def test_folders_hold_contacts(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Made once, renamed and removed on condition, with what is in them."""
    sandbox.faults.add(
        Fault(
            method="POST",
            route="/users/*",
            status=504,
            after_work=True,
            times=1,
        )
    )
    folder = await client.post(FOLDERS, json={"name": "Team"})
    place = httpx.URL(folder.headers["location"])
    taken = await client.post(FOLDERS, json={"name": "team"})
    inside = await client.post(
        CONTACTS, json={**JO, "folder_id": folder.json()["id"]}
    )
    listed = await client.get(CONTACTS, params={"folder": folder.json()["id"]})
    old = {"If-Match": folder.headers["etag"]}
    renamed = await client.patch(place, json={"name": "Crew"}, headers=old)
    late = await client.delete(place, headers=old)
    sandbox.faults.add(
        Fault(method="DELETE", status=504, after_work=True, times=1)
    )
    gone = await client.delete(
        place, headers={"If-Match": renamed.headers["etag"]}
    )
    names = await client.get(FOLDERS)
    default = await client.get(f"{FOLDERS}/contacts")

    assert folder.status_code == 201
    assert taken.json()["code"] == "folder-exists"
    assert [one["id"] for one in listed.json()["items"]] == [
        inside.json()["id"]
    ]
    assert renamed.json()["name"] == "Crew"
    assert late.status_code == 412
    assert gone.status_code == 204
    assert [one["name"] for one in names.json()["items"]] == [
        "Suppliers",
        "Familie & Freunde",
    ]
    assert default.json()["name"] == "Contacts"


async def test_a_contact_in_a_folder_is_found_in_doubt(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """It is looked for where it was to be made."""
    folders = (await client.get(FOLDERS)).json()["items"]
    sandbox.faults.add(
        Fault(
            method="POST",
            route="/users/*",
            status=504,
            after_work=True,
            times=1,
        )
    )
    answer = await client.post(
        CONTACTS, json={**JO, "folder_id": folders[0]["id"]}
    )

    assert answer.json()["folder_id"] == folders[0]["id"]
    assert len(named(sandbox, "Jo Baker")) == 1
