"""Creating messages."""

import base64
from urllib.parse import unquote

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    Entity,
    folder_id,
    new_draft,
    person,
    refusal,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("immutable")]

MESSAGES = f"{ADA}/messages"
PLAN = {
    "@odata.type": "#microsoft.graph.message",
    "subject": "Plan",
    "body": {"contentType": "HTML", "content": "<p>Hi</p>"},
    "toRecipients": [person("x@y.example")],
    "importance": "High",
    "from": person(ADA_ADDRESS),
    "categories": ["Aurora"],
    "internetMessageId": "<mine@contoso.example>",
}
FILE = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "a.txt",
    "contentBytes": "aGVsbG8=",
}


async def test_a_draft_is_created(graph: httpx.AsyncClient) -> None:
    """A new message is a draft in Drafts, and its place is told."""
    answer = await graph.post(MESSAGES, json=PLAN)

    draft = answer.json()
    assert answer.status_code == 201
    assert unquote(answer.headers["location"]) == (
        f"http://sandbox.test/v1.0{MESSAGES}/{draft['id']}"
    )
    assert (draft["isDraft"], draft["isRead"]) == (True, True)
    assert draft["parentFolderId"] == await folder_id(graph, "drafts")
    assert draft["body"] == {"contentType": "html", "content": "<p>Hi</p>"}
    assert draft["bodyPreview"] == "Hi"
    assert draft["importance"] == "high"
    assert draft["internetMessageId"] == PLAN["internetMessageId"]
    assert draft["toRecipients"][0]["emailAddress"] == {
        "name": "x@y.example",
        "address": "x@y.example",
    }


async def test_a_draft_is_found_by_its_message_id(
    graph: httpx.AsyncClient,
) -> None:
    """The id that a caller chose finds the draft again."""
    draft = await new_draft(graph, internetMessageId="<key-1@x.example>")

    found = await graph.get(
        MESSAGES,
        params={"$filter": "internetMessageId eq '<key-1@x.example>'"},
    )

    assert [m["id"] for m in found.json()["value"]] == [draft["id"]]


async def test_a_draft_can_lie_elsewhere(graph: httpx.AsyncClient) -> None:
    """A message created in a folder stays there."""
    answer = await graph.post(
        f"{ADA}/mailFolders/archive/messages", json={"subject": "x"}
    )

    assert answer.status_code == 201
    archive = await folder_id(graph, "archive")
    assert answer.json()["parentFolderId"] == archive


async def test_less_can_be_preferred(graph: httpx.AsyncClient) -> None:
    """``return=minimal`` leaves the body out."""
    prefer = {"Prefer": 'return=minimal, IdType="ImmutableId"'}

    created = await graph.post(MESSAGES, json={}, headers=prefer)
    location = created.headers["location"]
    changed = await graph.patch(
        location, json={"subject": "new"}, headers=prefer
    )

    assert (created.status_code, created.content) == (204, b"")
    assert (changed.status_code, changed.content) == (204, b"")
    assert "content-length" not in changed.headers
    assert created.headers["preference-applied"] == (
        'IdType="ImmutableId", return=minimal'
    )
    assert (await graph.get(location)).json()["subject"] == "new"


async def test_attachments_come_along(graph: httpx.AsyncClient) -> None:
    """A draft is created with its attachments and headers."""
    draft = await new_draft(
        graph,
        attachments=[FILE, FILE | {"isInline": True, "contentId": "c1"}],
        internetMessageHeaders=[{"name": "x-key", "value": "1"}],
    )
    url = f"{MESSAGES}/{draft['id']}"

    files = (await graph.get(f"{url}/attachments")).json()["value"]
    headers = await graph.get(f"{url}?$select=internetMessageHeaders")

    assert draft["hasAttachments"]
    assert [file["name"] for file in files] == ["a.txt", "a.txt"]
    assert files[0]["contentType"] == "application/octet-stream"
    assert files[1]["contentId"] == "c1"
    assert headers.json()["internetMessageHeaders"] == [
        {"name": "x-key", "value": "1"}
    ]


async def test_inline_pictures_are_no_attachments(
    graph: httpx.AsyncClient,
) -> None:
    """A message with nothing but inline files has no attachments."""
    draft = await new_draft(graph, attachments=[FILE | {"isInline": True}])

    assert not draft["hasAttachments"]


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({"colour": "red"}, id="unknown"),
        pytest.param({"subject": 5}, id="number-as-text"),
        pytest.param({"isRead": "yes"}, id="text-as-flag"),
        pytest.param({"importance": "urgent"}, id="unknown-member"),
        pytest.param({"toRecipients": person("a@b")}, id="no-list"),
        pytest.param({"toRecipients": ["a@b"]}, id="text-as-person"),
        pytest.param({"toRecipients": [{"address": "a@b"}]}, id="flat-person"),
        pytest.param({"from": {"emailAddress": {}}}, id="no-address"),
        pytest.param({"body": "Hello"}, id="text-as-body"),
        pytest.param({"body": {"contentType": "rtf"}}, id="unknown-body"),
        pytest.param({"body": {"text": "Hello"}}, id="body-member"),
        pytest.param({"categories": "Aurora"}, id="text-as-list"),
        pytest.param({"categories": [1]}, id="number-in-list"),
        pytest.param({"flag": {"status": "flagged"}}, id="flag-member"),
        pytest.param(
            {"flag": {"flagStatus": "flagged", "dueDateTime": "today"}},
            id="text-as-time",
        ),
        pytest.param({"attachments": {}}, id="attachments-no-list"),
        pytest.param({"attachments": [{"colour": 1}]}, id="attachment"),
        pytest.param(
            {"attachments": [{"@odata.type": FILE["@odata.type"]}]},
            id="attachment-name",
        ),
        pytest.param(
            {"attachments": [{"name": "x", "contentBytes": ""}]},
            id="attachment-type",
        ),
        pytest.param(
            {"attachments": [FILE | {"contentBytes": "%%%"}]},
            id="attachment-bytes",
        ),
        pytest.param(
            {"singleValueExtendedProperties": [{"id": "x"}]}, id="no-value"
        ),
        pytest.param(
            {
                "singleValueExtendedProperties": [
                    {"id": "x", "value": "y", "z": 1}
                ]
            },
            id="more-than-a-value",
        ),
    ],
)
async def test_wrong_messages_are_refused(
    sandbox: Sandbox, graph: httpx.AsyncClient, properties: Entity
) -> None:
    """What is no message is 400, and nothing is created."""
    before = len(sandbox.mailbox(ADA_ADDRESS).inside("drafts"))

    answer = await graph.post(MESSAGES, json=properties)

    assert refusal(answer) == (400, "UnableToDeserializePostBody")
    assert len(sandbox.mailbox(ADA_ADDRESS).inside("drafts")) == before


@pytest.mark.parametrize("name", ["Subject", "y-key", "x-", "x-a b", "x-a:b"])
async def test_headers_of_ones_own_begin_with_x(
    graph: httpx.AsyncClient, name: str
) -> None:
    """Only ``x-`` headers can be set."""
    header = {"name": name, "value": "1"}

    answer = await graph.post(
        MESSAGES, json={"internetMessageHeaders": [header]}
    )

    assert refusal(answer) == (400, "InvalidInternetMessageHeader")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"{}", None, 400, id="no-type"),
        pytest.param(b"{}", "text/plain", 415, id="wrong-type"),
        pytest.param(b"{", "application/json", 400, id="no-json"),
        pytest.param(b"\xff", "application/json", 400, id="no-utf8"),
        pytest.param(b"[]", "application/json", 400, id="no-object"),
        pytest.param(b"", "application/json", 400, id="empty"),
        pytest.param(
            b"[" * 100_000, "application/json; charset=utf-8", 400, id="deep"
        ),
        pytest.param(b"x" * 4_194_305, "application/json", 413, id="large"),
    ],
)
async def test_bodies_are_read_strictly(
    graph: httpx.AsyncClient, body: bytes, kind: str | None, status: int
) -> None:
    """A body that cannot be read is refused as Graph refuses it."""
    headers = {"Content-Type": kind} if kind else {}

    answer = await graph.post(MESSAGES, content=body, headers=headers)

    assert answer.status_code == status


async def test_three_megabytes_are_too_many(graph: httpx.AsyncClient) -> None:
    """An attachment of 3 MB does not fit into a request."""
    content = base64.b64encode(bytes(3 * 1024 * 1024)).decode()

    answer = await graph.post(
        MESSAGES, json={"attachments": [FILE | {"contentBytes": content}]}
    )

    assert answer.status_code == 413
