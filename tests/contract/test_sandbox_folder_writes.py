"""Creating, renaming, moving, copying and deleting folders."""

from urllib.parse import unquote

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE,
    Entity,
    every,
    folder_id,
    refusal,
)

pytestmark = pytest.mark.anyio

FOLDERS = f"{ADA}/mailFolders"
MARK = {"id": "String {7d7b1e0c-5f0a-4a37-9d2c-3d5e7f2f6a41} Name X"}


def key_id(sandbox: Sandbox, key: str) -> str:
    """Return the id of one of Ada's seeded folders."""
    folders = sandbox.mailbox(ADA_ADDRESS).folders
    return next(str(one["id"]) for one in folders if one["key"] == key)


async def made(graph: httpx.AsyncClient, name: str, **more: object) -> Entity:
    answer = await graph.post(FOLDERS, json={"displayName": name, **more})
    created: Entity = answer.raise_for_status().json()
    return created


async def test_a_folder_is_created(graph: httpx.AsyncClient) -> None:
    """At the top or inside another; its place is told, and it is empty."""
    top = await graph.post(FOLDERS, json={"displayName": "Archiv 2026"})
    url = f"{FOLDERS}/{top.json()['id']}/childFolders"
    low = await graph.post(url, json={"displayName": "Q1"})
    root = await folder_id(graph, "msgfolderroot")

    assert (top.status_code, low.status_code) == (201, 201)
    assert unquote(top.headers["location"]).endswith(
        f"{FOLDERS}/{top.json()['id']}"
    )
    assert top.json()["parentFolderId"] == root
    assert low.json()["parentFolderId"] == top.json()["id"]
    assert low.json()["totalItemCount"] == 0
    again = await graph.get(f"{FOLDERS}/{top.json()['id']}")
    assert again.json()["childFolderCount"] == 1


async def test_a_folder_can_be_hidden(graph: httpx.AsyncClient) -> None:
    """Whether it is hidden is settled when it is made."""
    hidden = await made(graph, "Secret", isHidden=True)
    plain = {f["id"] for f in await every(graph, FOLDERS)}
    shown = await every(graph, f"{FOLDERS}?includeHiddenFolders=true")
    changed = await graph.patch(
        f"{FOLDERS}/{hidden['id']}", json={"isHidden": False}
    )

    assert hidden["isHidden"] is True
    assert hidden["id"] not in plain
    assert hidden["id"] in {folder["id"] for folder in shown}
    assert refusal(changed) == (400, "ErrorInvalidPropertySet")


async def test_names_are_taken_once(graph: httpx.AsyncClient) -> None:
    """Two folders in one place have two names, whatever their case."""
    one = await made(graph, "Berlin")
    other = await made(graph, "Paris")

    twin = await graph.post(FOLDERS, json={"displayName": "BERLIN"})
    renamed = await graph.patch(
        f"{FOLDERS}/{other['id']}", json={"displayName": "berlin"}
    )
    same = await graph.patch(
        f"{FOLDERS}/{one['id']}", json={"displayName": "BERLIN"}
    )

    assert refusal(twin) == (409, "ErrorFolderExists")
    assert refusal(renamed) == (409, "ErrorFolderExists")
    assert (same.status_code, same.json()["displayName"]) == (200, "BERLIN")


async def test_folders_bear_extended_properties(
    graph: httpx.AsyncClient,
) -> None:
    """What a caller noted on a folder finds it again, and is not shown."""
    mark = MARK | {"value": "abc"}
    one = await made(graph, "Marked", singleValueExtendedProperties=[mark])
    condition = (
        "singleValueExtendedProperties/any(ep:ep/id eq"
        f" '{mark['id']}' and ep/value eq 'abc')"
    )

    found = await graph.get(FOLDERS, params={"$filter": condition})

    assert [folder["id"] for folder in found.json()["value"]] == [one["id"]]
    assert "singleValueExtendedProperties" not in one


async def test_a_move_keeps_the_id(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A folder moves with all that is in it, and answers 200."""
    aurora = key_id(sandbox, "aurora")
    before = sandbox.mailbox(ADA_ADDRESS).inside("aurora-suppliers")

    answer = await graph.post(
        f"{FOLDERS}/{aurora}/move", json={"destinationId": "archive"}
    )

    assert (answer.status_code, answer.json()["id"]) == (200, aurora)
    archive = await folder_id(graph, "archive")
    assert answer.json()["parentFolderId"] == archive
    after = sandbox.mailbox(ADA_ADDRESS).inside("aurora-suppliers")
    assert after == before


async def test_a_copy_has_ids_of_its_own(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A folder is copied with its folders and messages, answered by 200."""
    aurora = key_id(sandbox, "aurora")

    answer = await graph.post(
        f"{FOLDERS}/{aurora}/copy", json={"destinationId": "archive"}
    )
    twin = answer.json()
    below = await every(graph, f"{FOLDERS}/{twin['id']}/childFolders")

    assert answer.status_code == 200
    assert twin["id"] != aurora
    assert twin["totalItemCount"] == 18
    assert [one["displayName"] for one in below] == ["Suppliers"]
    assert below[0]["totalItemCount"] == 12
    assert below[0]["id"] != key_id(sandbox, "aurora-suppliers")


async def test_a_folder_cannot_lie_in_itself(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A folder goes neither into itself nor into one of its own."""
    url = f"{FOLDERS}/{key_id(sandbox, 'projects')}/move"
    low = key_id(sandbox, "aurora-suppliers")

    answer = await graph.post(url, json={"destinationId": low})

    assert refusal(answer) == (500, "ErrorMoveCopyFailed")


async def test_deleting_has_two_steps(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Into Deleted Items under a free name, then out of sight."""
    projects = key_id(sandbox, "projects")
    await graph.post(
        f"{FOLDERS}/deleteditems/childFolders",
        json={"displayName": "projects"},
    )

    first = await graph.delete(f"{FOLDERS}/{projects}")
    lies = (await graph.get(f"{FOLDERS}/{projects}")).json()
    second = await graph.delete(f"{FOLDERS}/{projects}")
    gone = await graph.get(f"{FOLDERS}/{projects}")

    assert (first.status_code, second.status_code) == (204, 204)
    assert lies["parentFolderId"] == await folder_id(graph, "deleteditems")
    assert lies["displayName"] == "Projects1"
    assert refusal(gone) == (404, "ErrorItemNotFound")
    recoverable = "recoverableitemsdeletions"
    kept = sandbox.mailbox(ADA_ADDRESS).inside(recoverable)
    assert len(kept) == 3 + 18 + 12 + 11


async def test_purging_has_one_step(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """``permanentDelete`` takes a folder away at once."""
    url = f"{FOLDERS}/{key_id(sandbox, 'receipts')}"

    purged = await graph.post(f"{url}/permanentDelete")

    assert purged.status_code == 204
    assert refusal(await graph.get(url)) == (404, "ErrorItemNotFound")


@pytest.mark.parametrize("name", ["inbox", "drafts", "msgfolderroot"])
async def test_some_folders_stay(graph: httpx.AsyncClient, name: str) -> None:
    """Exchange's own are neither renamed, moved nor deleted."""
    url = f"{FOLDERS}/{name}"
    to = {"destinationId": "archive"}

    renamed = await graph.patch(url, json={"displayName": "Mine"})
    moved = await graph.post(f"{url}/move", json=to)
    deleted = await graph.delete(url)
    purged = await graph.post(f"{url}/permanentDelete")

    assert refusal(renamed) == (400, "ErrorFolderSave")
    assert refusal(moved) == (400, "ErrorMoveDistinguishedFolder")
    assert refusal(deleted) == (400, "ErrorDeleteDistinguishedFolder")
    assert refusal(purged) == (400, "ErrorDeleteDistinguishedFolder")


async def test_wrong_folders_are_refused(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """What is no folder, or has no place, is not created."""
    before = sandbox.mailbox(ADA_ADDRESS).folders
    foreign = (await graph.get(f"{GRACE}/mailFolders/inbox")).json()["id"]
    cases: list[tuple[str, Entity, int, str]] = [
        ("", {"displayName": 5}, 400, "UnableToDeserializePostBody"),
        ("", {"colour": "red"}, 400, "UnableToDeserializePostBody"),
        (
            "",
            {"displayName": "x", "isHidden": "no"},
            400,
            "UnableToDeserializePostBody",
        ),
        ("", {}, 400, "ErrorFolderSavePropertyError"),
        ("", {"displayName": " "}, 400, "ErrorFolderSavePropertyError"),
        ("", {"totalItemCount": 1}, 400, "ErrorInvalidPropertySet"),
        (
            f"/{foreign}/childFolders",
            {"displayName": "x"},
            400,
            "ErrorInvalidIdMalformed",
        ),
    ]
    for place, body, status, code in cases:
        answer = await graph.post(f"{FOLDERS}{place}", json=body)
        assert refusal(answer) == (status, code), body

    assert sandbox.mailbox(ADA_ADDRESS).folders == before
