"""Creating, renaming, moving and deleting folders, over the whole service."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
FOLDERS = f"/v1/mailboxes/{ADDRESS}/folders"
FOLDER = "/users/{mailbox}/mailFolders/{folder}"
IN_DOUBT = [
    pytest.param(Fault(status=504, after_work=True), id="504 after"),
    pytest.param(Fault(reset="after"), id="reset after"),
    pytest.param(Fault(hang=True, after_work=True), id="hang after"),
    pytest.param(Fault(status=504), id="504 before"),
    pytest.param(Fault(reset="before"), id="reset before"),
    pytest.param(Fault(status=429, retry_after=2), id="429"),
    pytest.param(Fault(status=503, retry_after=2), id="503"),
    pytest.param(Fault(status=503, after_work=True), id="503 after"),
]


def named(sandbox: Sandbox, name: str) -> list[dict[str, Any]]:
    """Return Ada's folders of a name."""
    folders = sandbox.mailbox(ADDRESS).folders
    return [folder for folder in folders if folder["displayName"] == name]


def id_of(sandbox: Sandbox, name: str) -> str:
    [folder] = named(sandbox, name)
    return str(folder["id"])


async def test_a_folder_is_made_renamed_moved_and_deleted(
    client: httpx.AsyncClient,
) -> None:
    """Each change shows in the next read, whatever was kept before."""
    await client.get(FOLDERS)
    made = await client.post(FOLDERS, json={"name": "Aurora plans"})
    place = made.headers["location"]
    listed = await client.get(FOLDERS, params={"limit": 100})
    renamed = await client.patch(place, json={"name": "Plans"})
    moved = await client.patch(place, json={"parent": "archive"})
    read = await client.get(place)
    back = await client.patch(
        place, json={"parent": None, "name": "Old plans"}
    )
    deleted = await client.delete(place)
    after = await client.get(place)
    purged = await client.delete(place, params={"permanent": "true"})
    gone = await client.get(place)

    assert made.status_code == 201
    assert made.json()["path"] == "/Aurora plans"
    assert made.json()["id"] in {f["id"] for f in listed.json()["items"]}
    assert renamed.json()["path"] == "/Plans"
    assert moved.json()["path"] == "/Archive/Plans" == read.json()["path"]
    assert read.headers["etag"] == moved.headers["etag"]
    assert back.json()["path"] == "/Old plans"
    assert (deleted.status_code, purged.status_code) == (204, 204)
    assert after.json()["path"] == "/Deleted Items/Old plans"
    assert gone.status_code == 404


async def test_a_folder_lies_in_another_and_may_be_hidden(
    client: httpx.AsyncClient,
) -> None:
    """``parent`` is an id or a well-known name."""
    body = {"name": "Rules", "parent": "inbox", "is_hidden": True}
    made = await client.post(FOLDERS, json=body)
    plain = await client.get(FOLDERS, params={"parent": "inbox"})
    hidden = await client.get(
        FOLDERS, params={"parent": "inbox", "hidden": "true"}
    )

    assert made.json()["path"] == "/Inbox/Rules"
    assert made.json()["is_hidden"] is True
    assert made.json() not in plain.json()["items"]
    assert made.json() in hidden.json()["items"]


async def test_a_name_that_is_taken(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Made by somebody else, it is a problem of its own, each time."""
    headers = {"Idempotency-Key": "k"}
    first = await client.post(FOLDERS, json={"name": "projects"})
    keyed = await client.post(
        FOLDERS, json={"name": "receipts"}, headers=headers
    )
    again = await client.post(
        FOLDERS, json={"name": "receipts"}, headers=headers
    )
    place = f"{FOLDERS}/{id_of(sandbox, 'Projects')}"
    renamed = await client.patch(place, json={"name": "Receipts"})

    for answer in (first, keyed, again, renamed):
        assert answer.status_code == 409
        assert answer.json()["code"] == "folder-exists"
        assert answer.json()["outcome"] == "not_performed"


@pytest.mark.parametrize("fault", IN_DOUBT)
async def test_a_folder_is_made_once(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: Fault
) -> None:
    """Whatever Graph says of it, there is one, and the caller gets it."""
    route = f"{FOLDER}/childFolders"
    sandbox.faults.add(replace(fault, method="POST", route=route, times=1))
    made = await client.post(FOLDERS, json={"name": "Once"})

    assert made.status_code == 201
    assert made.json()["id"] == id_of(sandbox, "Once")


async def test_a_doubt_about_a_name_that_is_taken(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """What was there before is not taken for what was made."""
    route = f"{FOLDER}/childFolders"
    sandbox.faults.add(Fault(method="POST", route=route, status=504, times=1))
    answer = await client.post(FOLDERS, json={"name": "Receipts"})

    assert answer.status_code == 409
    assert answer.json()["outcome"] == "not_performed"
    assert len(named(sandbox, "Receipts")) == 1


async def test_a_key_finds_the_folder_that_was_made(
    service: Service, sandbox: Sandbox
) -> None:
    """Made, never told, and asked for again: it is the same folder."""
    route = f"{FOLDER}/childFolders"
    sandbox.faults.add(
        Fault(method="POST", route=route, hang=True, after_work=True, times=1)
    )
    headers = {"Idempotency-Key": "k", "Prefer": "wait=5"}
    body = {"name": "Once"}
    first = await service.client.post(FOLDERS, json=body, headers=headers)
    second = await service.client.post(FOLDERS, json=body, headers=headers)

    assert first.json()["outcome"] == "unknown"
    assert second.status_code == 201
    assert second.json()["id"] == id_of(sandbox, "Once")


@pytest.mark.parametrize("fault", IN_DOUBT)
async def test_a_folder_is_moved_and_renamed_once(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: Fault
) -> None:
    """Both steps may be left open, and both are found to be done."""
    place = f"{FOLDERS}/{id_of(sandbox, 'Aurora')}"
    for method, route in (("POST", f"{FOLDER}/move"), ("PATCH", FOLDER)):
        sandbox.faults.add(replace(fault, method=method, route=route, times=1))
    answer = await client.patch(
        place,
        json={"parent": "archive", "name": "Dawn"},
        headers={"Prefer": "wait=60"},
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["path"] == "/Archive/Dawn"


@pytest.mark.parametrize("fault", IN_DOUBT)
@pytest.mark.parametrize("permanent", ["true", "false"])
async def test_deleting_goes_no_further(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: Fault, permanent: str
) -> None:
    """Into Deleted Items and not out of it, unless that was asked for."""
    place = f"{FOLDERS}/{id_of(sandbox, 'Projects')}"
    for method, route in (
        ("DELETE", FOLDER),
        ("POST", f"{FOLDER}/permanentDelete"),
    ):
        sandbox.faults.add(replace(fault, method=method, route=route, times=1))
    answer = await client.delete(
        place,
        params={"permanent": permanent},
        headers={"Prefer": "wait=60"},
    )
    read = await client.get(place)

    assert answer.status_code == 204
    assert read.status_code == (404 if permanent == "true" else 200)


async def test_what_is_in_the_way_of_one_order_only(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A folder that is moved and renamed minds its new name only."""
    first = await client.post(
        FOLDERS, json={"name": "Receipts", "parent": "archive"}
    )
    place = f"{FOLDERS}/{id_of(sandbox, 'Travel & Visa')}"
    await client.post(
        FOLDERS, json={"name": "Travel & Visa", "parent": "archive"}
    )
    moved = await client.patch(
        place, json={"name": "Journeys", "parent": "archive"}
    )
    taken = await client.patch(
        place, json={"name": "Receipts", "parent": first.json()["id"]}
    )
    in_the_way = await client.patch(
        place, json={"name": "Projects", "parent": None}
    )
    read = await client.get(place)

    assert moved.json()["path"] == "/Archive/Journeys"
    assert taken.json()["path"] == "/Archive/Receipts/Receipts"
    assert in_the_way.json()["code"] == "folder-exists"
    assert in_the_way.json()["outcome"] == "not_performed"
    assert read.json() == taken.json()


@pytest.mark.parametrize("name", ["inbox", "sent", "deleted", "archive"])
async def test_exchange_s_own_folders_stay(
    client: httpx.AsyncClient, sandbox: Sandbox, name: str
) -> None:
    """By name or by id: 409, and Graph is not asked to."""
    by_name = f"{FOLDERS}/{name}"
    by_id = f"{FOLDERS}/{(await client.get(by_name)).json()['id']}"
    before = sandbox.mailbox(ADDRESS).folders
    for place in (by_name, by_id):
        for answer in (
            await client.patch(place, json={"name": "Mine"}),
            await client.patch(place, json={"parent": "archive"}),
            await client.delete(place),
            await client.delete(place, params={"permanent": "true"}),
        ):
            assert answer.status_code == 409
            assert name in answer.json()["detail"]
            assert answer.json()["outcome"] == "not_performed"

    assert sandbox.mailbox(ADDRESS).folders == before


async def test_a_folder_cannot_lie_in_itself(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Neither in itself nor in one of its own."""
    place = f"{FOLDERS}/{id_of(sandbox, 'Projects')}"
    for parent in ("Projects", "Suppliers"):
        answer = await client.patch(
            place, json={"parent": id_of(sandbox, parent)}
        )
        assert answer.status_code == 409
        assert answer.json()["code"] == "conflict"


async def test_changes_may_be_conditional(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """With the entity tag of an older state, nothing is done."""
    place = f"{FOLDERS}/{id_of(sandbox, 'Receipts')}"
    old = (await client.get(place)).headers["etag"]
    new = (await client.patch(place, json={"name": "Bills"})).headers["etag"]
    answers = [
        await client.patch(
            place, json={"name": "x"}, headers={"If-Match": old}
        ),
        await client.delete(place, headers={"If-Match": old}),
        await client.delete(
            place, params={"permanent": "true"}, headers={"If-Match": old}
        ),
    ]
    done = await client.patch(
        place, json={"name": "Paid"}, headers={"If-Match": new}
    )

    assert [answer.status_code for answer in answers] == [412, 412, 412]
    assert done.json()["name"] == "Paid"


@pytest.mark.parametrize(
    ("method", "body", "pointer"),
    [
        ("POST", {"name": ""}, "#/body/name"),
        ("POST", {"name": "  "}, "#/body/name"),
        ("POST", {"name": "a\nb"}, "#/body/name"),
        ("POST", {"name": "x" * 256}, "#/body/name"),
        ("POST", {"parent": "inbox"}, "#/body/name"),
        ("POST", {"name": "a", "colour": 1}, "#/body/colour"),
        ("POST", {"name": "a", "is_hidden": 1}, "#/body/is_hidden"),
        ("PATCH", {}, "#/body"),
        ("PATCH", {"name": None}, "#/body/name"),
        ("PATCH", {"is_hidden": True}, "#/body/is_hidden"),
    ],
)
async def test_wrong_input_changes_nothing(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    method: str,
    body: dict[str, Any],
    pointer: str,
) -> None:
    """What is wrong is pointed at, and Graph hears nothing of it."""
    before = sandbox.mailbox(ADDRESS).folders
    place = FOLDERS
    if method == "PATCH":
        place = f"{FOLDERS}/{id_of(sandbox, 'Receipts')}"
    answer = await client.request(method, place, json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert sandbox.mailbox(ADDRESS).folders == before


async def test_unknown_folders(client: httpx.AsyncClient) -> None:
    """Nothing is made in, moved to or done with what is not there."""
    unknown = "AQMkAAAA="
    for answer in (
        await client.post(FOLDERS, json={"name": "x", "parent": unknown}),
        await client.post(FOLDERS, json={"name": "x", "parent": "clutter"}),
        await client.patch(f"{FOLDERS}/{unknown}", json={"name": "x"}),
        await client.delete(f"{FOLDERS}/{unknown}"),
    ):
        assert answer.status_code == 404
        assert answer.json()["code"] == "item-not-found"
