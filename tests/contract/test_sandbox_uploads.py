"""Attaching to messages: small files, items, and upload sessions."""

import base64
from email import message_from_bytes
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.contract.conftest import ADA, IMMUTABLE, Entity, refusal

pytestmark = pytest.mark.anyio

MESSAGES = f"{ADA}/messages"
PIECE = 12 * 327_680
SIZE = 2 * PIECE + 7
FILE = "#microsoft.graph.fileAttachment"
ITEM = "#microsoft.graph.itemAttachment"


async def draft(graph: httpx.AsyncClient) -> str:
    """Make a draft; return where its attachments are."""
    made = await graph.post(MESSAGES, json={"subject": "x"}, headers=IMMUTABLE)
    return f"{MESSAGES}/{made.json()['id']}/attachments"


async def session(
    graph: httpx.AsyncClient, url: str, **changes: Any
) -> httpx.Response:
    """Ask for an upload session."""
    wanted = {"attachmentType": "file", "name": "plan.bin", "size": SIZE}
    return await graph.post(
        f"{url}/createUploadSession",
        json={"AttachmentItem": wanted | changes},
        headers=IMMUTABLE,
    )


async def put(
    sandbox: Sandbox, url: str, first: int, length: int, **more: str
) -> httpx.Response:
    """Send a piece to the upload host, which knows no tokens."""
    headers = {
        "Content-Range": f"bytes {first}-{first + length - 1}/{SIZE}",
        "Content-Type": "application/octet-stream",
    }
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(transport=transport) as anybody:
        return await anybody.put(
            url, content=bytes(length), headers=headers | more
        )


async def test_a_file_is_attached(graph: httpx.AsyncClient) -> None:
    """A small file is there at once, and its message has changed."""
    url = await draft(graph)
    before = (await graph.get(url.removesuffix("/attachments"))).json()

    made = await graph.post(
        url,
        json={
            "@odata.type": FILE,
            "name": "a.txt",
            "contentType": "text/plain",
            "contentBytes": base64.b64encode(b"abc").decode(),
        },
        headers=IMMUTABLE,
    )
    after = (await graph.get(url.removesuffix("/attachments"))).json()

    assert made.status_code == 201
    place = unquote(made.headers["location"])
    assert place.endswith(made.json()["id"])
    assert made.json()["contentBytes"] == "YWJj"
    content = await graph.get(f"{url}/{made.json()['id']}/$value")
    assert content.content == b"abc"
    assert after["hasAttachments"]
    assert after["changeKey"] != before["changeKey"]


async def test_an_item_is_attached(graph: httpx.AsyncClient) -> None:
    """A message can be put into a message, and is had as MIME."""
    url = await draft(graph)
    inner = {"@odata.type": "microsoft.graph.message", "subject": "Inner"}

    made = await graph.post(
        url, json={"@odata.type": ITEM, "name": "Inner", "item": inner}
    )
    mime = await graph.get(f"{url}/{made.json()['id']}/$value")
    wrong = await graph.post(
        url, json={"@odata.type": ITEM, "name": "x", "item": {"subject": "x"}}
    )

    assert made.status_code == 201
    assert message_from_bytes(mime.content)["Subject"] == "Inner"
    assert refusal(wrong) == (400, "UnableToDeserializePostBody")


async def test_an_attachment_is_removed(graph: httpx.AsyncClient) -> None:
    """What was removed is gone, and removing it again finds nothing."""
    url = await draft(graph)
    part = {"@odata.type": FILE, "name": "a", "contentBytes": "YWJj"}
    names = [(await graph.post(url, json=part)).json()["id"] for _ in "ab"]

    first = await graph.delete(f"{url}/{names[0]}")
    again = await graph.delete(f"{url}/{names[0]}")
    left = (await graph.get(url)).json()["value"]

    assert first.status_code == 204
    assert refusal(again) == (404, "ErrorItemNotFound")
    assert [one["id"] for one in left] == names[1:]


async def test_large_bodies_are_refused(graph: httpx.AsyncClient) -> None:
    """A request above 4 MB is none, whatever is in it."""
    url = await draft(graph)
    content = base64.b64encode(bytes(3_200_000)).decode()

    answer = await graph.post(
        url, json={"@odata.type": FILE, "name": "a", "contentBytes": content}
    )

    assert answer.status_code == 413


async def test_a_large_file_goes_in_pieces(
    graph: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Piece by piece, in order; the last one makes the attachment."""
    url = await draft(graph)
    opened = await session(graph, url, contentType="image/x-plan")
    place: str = opened.json()["uploadUrl"]

    first = await put(sandbox, place, 0, PIECE)
    again = await put(sandbox, place, 0, PIECE)
    ahead = await put(sandbox, place, 2 * PIECE, 7)
    second = await put(sandbox, place, PIECE, PIECE)
    last = await put(sandbox, place, 2 * PIECE, 7)
    over = await put(sandbox, place, 2 * PIECE, 7)

    assert opened.status_code == 201
    assert opened.json()["nextExpectedRanges"] == ["0-"]
    assert "/v1.0/" not in place
    assert first.status_code == second.status_code == 200
    assert first.json()["NextExpectedRanges"] == [str(PIECE)]
    assert "ExpirationDateTime" in first.json()
    assert refusal(again) == refusal(ahead) == (416, "InvalidRange")
    assert (last.status_code, last.content) == (201, b"")
    assert over.status_code == 404
    listed: list[Entity] = (await graph.get(url, headers=IMMUTABLE)).json()[
        "value"
    ]
    assert [one["contentType"] for one in listed] == ["image/x-plan"]
    assert f"Attachments('{listed[0]['id']}')" in last.headers["location"]
    content = await graph.get(f"{url}/{listed[0]['id']}/$value")
    assert content.content == bytes(SIZE)


async def test_who_may_write_is_in_the_url(
    graph: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A token of Entra ID is refused there, and so is a wrong one of its."""
    place = (await session(graph, await draft(graph))).json()["uploadUrl"]

    token = await put(sandbox, place, 0, PIECE, Authorization="Bearer x")
    wrong = await put(sandbox, f"{place}x", 0, PIECE)
    piece = await put(sandbox, place, 0, PIECE, **{"Content-Range": "bytes"})

    assert token.status_code == wrong.status_code == 401
    assert piece.status_code == 400


async def test_a_session_can_be_asked_and_ended(
    graph: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """It tells what it expects; once it is ended nobody knows it."""
    place = (await session(graph, await draft(graph))).json()["uploadUrl"]
    await put(sandbox, place, 0, PIECE)
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(transport=transport) as anybody:
        told = await anybody.get(place)
        ended = await anybody.delete(place)
        after = await anybody.get(place)

    assert told.json()["NextExpectedRanges"] == [str(PIECE)]
    assert (ended.status_code, after.status_code) == (204, 404)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {"size": 2_900_000},
            "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
        ),
        ({"size": 160 * 1024 * 1024}, "ErrorAttachmentSizeLimitExceeded"),
        ({"attachmentType": "item"}, "ErrorInvalidRequest"),
        ({"sze": 1}, "UnableToDeserializePostBody"),
        ({"size": "1"}, "UnableToDeserializePostBody"),
    ],
)
async def test_sessions_are_for_large_files(
    graph: httpx.AsyncClient, changes: dict[str, Any], code: str
) -> None:
    """What is no file, too small or too large gets none."""
    answer = await session(graph, await draft(graph), **changes)

    assert refusal(answer) == (400, code)


async def test_faults_strike_uploads(
    graph: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Pieces can fail before and after they are taken in."""
    place = (await session(graph, await draft(graph))).json()["uploadUrl"]
    sandbox.faults.add(
        Fault(
            route="/AttachmentSessions/*",
            method="PUT",
            times=1,
            status=504,
            after_work=True,
        )
    )

    failed = await put(sandbox, place, 0, PIECE)
    again = await put(sandbox, place, 0, PIECE)

    assert (failed.status_code, again.status_code) == (504, 416)
    assert sandbox.calls[-1].mailbox == "ada@contoso.example"
    assert not sandbox.calls[-1].authorized
