"""Changing, moving and deleting messages."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE,
    Entity,
    folder_id,
    new_draft,
    person,
    refusal,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("immutable")]

MESSAGES = f"{ADA}/messages"
FILE = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "a.txt",
    "contentBytes": "aGVsbG8=",
}


async def test_a_change_changes_the_tag(graph: httpx.AsyncClient) -> None:
    """Each change gives a new change key and a new time."""
    draft = await new_draft(graph, subject="one")

    answer = await graph.patch(
        f"{MESSAGES}/{draft['id']}",
        json={"subject": "two", "flag": {"flagStatus": "flagged"}},
    )

    changed = answer.json()
    assert answer.status_code == 200
    assert changed["subject"] == "two"
    assert changed["flag"] == {"flagStatus": "flagged"}
    assert changed["changeKey"] != draft["changeKey"]
    assert changed["@odata.etag"] == f'W/"{changed["changeKey"]}"'


async def test_changes_can_be_conditional(graph: httpx.AsyncClient) -> None:
    """A stale tag is 412, the present one and ``*`` are good."""
    draft = await new_draft(graph)
    url = f"{MESSAGES}/{draft['id']}"
    stale = {"If-Match": draft["@odata.etag"]}
    await graph.patch(url, json={"subject": "new"}, headers=stale)

    refused = await graph.patch(url, json={"subject": "x"}, headers=stale)
    not_deleted = await graph.delete(url, headers=stale)
    nonsense = await graph.patch(url, json={}, headers={"If-Match": '"x"'})
    anything = await graph.patch(url, json={}, headers={"If-Match": "*"})
    present = {"If-Match": anything.json()["@odata.etag"]}
    deleted = await graph.delete(url, headers=present)

    assert refusal(refused) == (412, "ErrorIrresolvableConflict")
    assert refusal(not_deleted) == (412, "ErrorIrresolvableConflict")
    assert refusal(nonsense) == (400, "ErrorInvalidChangeKey")
    assert anything.json()["subject"] == "new"
    assert deleted.status_code == 204


@pytest.mark.parametrize(
    "properties",
    [
        {"subject": "x"},
        {"body": {"contentType": "text", "content": "x"}},
        {"toRecipients": []},
        {"internetMessageId": "<x@y>"},
        {"from": person("a@b.example")},
    ],
)
async def test_what_was_sent_stays_as_it_was(
    sandbox: Sandbox, graph: httpx.AsyncClient, properties: Entity
) -> None:
    """Only drafts can be rewritten."""
    mine = sandbox.deliver(ADA_ADDRESS)

    answer = await graph.patch(f"{MESSAGES}/{mine}", json=properties)

    assert refusal(answer) == (400, "ErrorInvalidPropertySet")


async def test_marks_can_be_set_on_any_message(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Flags, categories and the like belong to the reader."""
    mine = sandbox.deliver(ADA_ADDRESS)
    due = {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": "UTC"}
    marks = {
        "isRead": True,
        "categories": ["Aurora"],
        "importance": "low",
        "inferenceClassification": "other",
        "flag": {"flagStatus": "flagged", "dueDateTime": due},
    }

    answer = await graph.patch(f"{MESSAGES}/{mine}", json=marks)

    assert marks.items() <= answer.json().items()


@pytest.mark.parametrize(
    "properties",
    [
        {"id": "x"},
        {"receivedDateTime": "2026-01-01T00:00:00Z"},
        {"isDraft": False},
        {"attachments": [FILE]},
        {"internetMessageHeaders": [{"name": "x-a", "value": "b"}]},
    ],
)
async def test_some_properties_are_read_only(
    graph: httpx.AsyncClient, properties: Entity
) -> None:
    """Nobody sets what Exchange sets, not even on a draft."""
    draft = await new_draft(graph)

    answer = await graph.patch(f"{MESSAGES}/{draft['id']}", json=properties)

    assert refusal(answer) == (400, "ErrorInvalidPropertySet")


async def test_a_move_keeps_the_immutable_id(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A moved message has a new mutable id and the same immutable one."""
    mine = sandbox.deliver(ADA_ADDRESS)
    url = f"{MESSAGES}/{mine}"
    mutable = {"Prefer": "x"}
    before = (await graph.get(url, headers=mutable)).json()["id"]

    moved = await graph.post(f"{url}/move", json={"destinationId": "archive"})
    after = (await graph.get(url, headers=mutable)).json()["id"]
    old = await graph.get(f"{MESSAGES}/{before.replace('/', '%2F')}")

    assert (moved.status_code, moved.json()["id"]) == (201, mine)
    assert moved.json()["parentFolderId"] == await folder_id(graph, "archive")
    assert before != after
    assert refusal(old) == (404, "ErrorItemNotFound")
    in_archive = sandbox.mailbox(ADA_ADDRESS).inside("archive")
    assert mine in {message["id"] for message in in_archive}


async def test_a_copy_is_another_message(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A copy has ids of its own; the original stays."""
    mine = sandbox.deliver(ADA_ADDRESS, subject="Original")
    projects = next(
        folder["id"]
        for folder in sandbox.mailbox(ADA_ADDRESS).folders
        if folder["key"] == "projects"
    )

    copy = await graph.post(
        f"{MESSAGES}/{mine}/copy", json={"DestinationId": projects}
    )

    assert copy.status_code == 201
    assert copy.json()["id"] != mine
    assert copy.json()["subject"] == "Original"
    assert copy.json()["parentFolderId"] == projects
    assert (await graph.get(f"{MESSAGES}/{mine}")).status_code == 200


async def test_destinations_must_exist(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """An unknown folder is 404, nonsense and foreign folders are 400."""
    url = f"{MESSAGES}/{sandbox.deliver(ADA_ADDRESS)}/move"
    unknown = sandbox.deliver(ADA_ADDRESS)
    foreign = (await graph.get(f"{GRACE}/mailFolders/inbox")).json()["id"]
    cases: dict[str, tuple[Entity, int, str]] = {
        "unknown": ({"destinationId": unknown}, 404, "ErrorToFolderNotFound"),
        "foreign": (
            {"destinationId": foreign},
            400,
            "ErrorInvalidIdMalformed",
        ),
        "number": ({"destinationId": 5}, 400, "UnableToDeserializePostBody"),
        "missing": ({}, 400, "UnableToDeserializePostBody"),
    }
    for name, (body, status, code) in cases.items():
        answer = await graph.post(url, json=body)
        assert refusal(answer) == (status, code), name


async def test_deleting_has_three_steps(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Deleted Items, then Recoverable Items, then nowhere."""
    mine = sandbox.deliver(ADA_ADDRESS)
    url = f"{MESSAGES}/{mine}"
    folders = []
    for _ in range(2):
        assert (await graph.delete(url)).status_code == 204
        folders.append((await graph.get(url)).json()["parentFolderId"])

    last = await graph.delete(url)
    again = await graph.delete(url)

    assert folders == [
        await folder_id(graph, "deleteditems"),
        await folder_id(graph, "recoverableitemsdeletions"),
    ]
    assert (last.status_code, last.content) == (204, b"")
    assert refusal(again) == (404, "ErrorItemNotFound")


async def test_purging_has_one_step(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """``permanentDelete`` leaves nothing."""
    url = f"{MESSAGES}/{sandbox.deliver(ADA_ADDRESS)}"

    purged = await graph.post(f"{url}/permanentDelete")

    assert purged.status_code == 204
    assert refusal(await graph.get(url)) == (404, "ErrorItemNotFound")
