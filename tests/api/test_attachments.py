"""Attachments, over the whole service."""

from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service
from tests.support.visitor import Visitor

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"


async def attached(client: httpx.AsyncClient) -> list[tuple[str, Any]]:
    """Return everything attached to the messages of a mailbox."""
    found = []
    params: dict[str, Any] = {"has_attachments": "true", "limit": 100}
    page = await client.get(MESSAGES, params=params)
    for message in page.json()["items"]:
        place = f"{MESSAGES}/{message['id']}/attachments"
        answer = await client.get(place)
        found += [(place, item) for item in answer.json()["items"]]
    return found


async def test_all_kinds_are_listed(client: httpx.AsyncClient) -> None:
    """Files, items and references, inline images with their content id."""
    found = await attached(client)

    kinds = {item["kind"] for _, item in found}
    assert kinds == {"file", "item", "reference"}
    assert any(item["is_inline"] and item["content_id"] for _, item in found)


async def test_content_is_streamed(client: httpx.AsyncClient) -> None:
    """The bytes, in their type, under their name, never shown in place."""
    place, item = next(
        (place, item)
        for place, item in await attached(client)
        if item["kind"] == "file" and not item["is_inline"]
    )
    about = await client.get(f"{place}/{item['id']}")
    content = await client.get(f"{place}/{item['id']}/content")

    assert about.json() == item
    assert content.status_code == 200
    assert len(content.content) > 0
    assert content.headers["content-type"].startswith(item["content_type"])
    assert content.headers["content-disposition"].startswith("attachment;")
    assert content.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in content.headers["content-security-policy"]


async def large(client: httpx.AsyncClient) -> tuple[str, bytes]:
    """Return where the content of a large file is, and that content."""
    content = bytes(range(251)) * 9_000
    made = await client.post(MESSAGES, json={"subject": "x"})
    place = await client.post(
        f"{made.headers['location']}/attachments",
        content=content,
        headers={"Content-Disposition": 'attachment; filename="x.bin"'},
    )
    return f"{place.headers['location']}/content", content


@pytest.mark.parametrize(
    ("wanted", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, 2_259_000),
        ("bytes=1000000-1999999", 1_000_000, 2_000_000),
        ("bytes=2258990-9999999", 2_258_990, 2_259_000),
        ("bytes=-10", 2_258_990, 2_259_000),
    ],
)
async def test_parts_are_had(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    wanted: str,
    first: int,
    end: int,
) -> None:
    """A range is cut out of the stream, and the permit given back."""
    place, content = await large(client)
    for _ in range(5):
        part = await client.get(place, headers={"Range": wanted})

    assert part.status_code == 206
    assert part.content == content[first:end]
    assert part.headers["content-range"] == (
        f"bytes {first}-{end - 1}/{len(content)}"
    )
    assert part.headers["content-length"] == str(end - first)
    assert sandbox.throttled == 0


async def test_a_download_is_gone_on_with(client: httpx.AsyncClient) -> None:
    """The rest is had if the content is still the same, else all of it."""
    place, content = await large(client)
    whole = await client.get(place)
    tag = whole.headers["etag"]

    rest = await client.get(
        place, headers={"Range": "bytes=100-", "If-Range": tag}
    )
    anew = await client.get(
        place, headers={"Range": "bytes=100-", "If-Range": '"other"'}
    )
    known = await client.get(place, headers={"If-None-Match": tag})
    beyond = await client.get(place, headers={"Range": "bytes=2259000-"})

    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-length"] == str(len(content))
    assert (rest.status_code, rest.content) == (206, content[100:])
    assert (anew.status_code, anew.content) == (200, content)
    assert (known.status_code, known.content) == (304, b"")
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(content)}"


async def test_who_does_not_read_is_cut_off(service: Service) -> None:
    """A caller that stalls has the permit for half a minute at most."""
    place, _ = await large(service.client)
    visitor = Visitor(service=service, path=place, takes=2)
    began = service.clock.now()
    await visitor.visit()
    took = service.clock.now() - began
    after = await service.client.get(place)

    assert took == pytest.approx(30, abs=1)
    assert len(visitor.messages) == 2
    assert visitor.messages[-1]["more_body"]
    assert after.status_code == 200


async def test_names_do_not_break_out_of_the_header(
    client: httpx.AsyncClient,
) -> None:
    """A name with quotes, a path and foreign letters stays a name."""
    made = await client.post(
        MESSAGES,
        json={
            "subject": "x",
            "attachments": [
                {"name": '../"été";x=1.txt', "content": "YWJj"},
            ],
        },
    )
    item = made.json()["attachments"][0]
    place = f"{made.headers['location']}/attachments/{item['id']}/content"
    content = await client.get(place)

    assert content.content == b"abc"
    assert content.headers["content-disposition"] == (
        'attachment; filename="___t___x_1.txt";'
        " filename*=UTF-8''__%C3%A9t%C3%A9_%3Bx%3D1.txt"
    )


async def test_a_reference_has_no_content(client: httpx.AsyncClient) -> None:
    """A link to a file elsewhere cannot be downloaded here."""
    place, item = next(
        (place, item)
        for place, item in await attached(client)
        if item["kind"] == "reference"
    )
    answer = await client.get(f"{place}/{item['id']}/content")

    assert answer.status_code == 501
    assert answer.json()["code"] == "not-supported"


async def test_a_broken_stream_gives_its_permit_back(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Content that breaks off is cut off, and others are served after it."""
    place, item = next(
        (place, item)
        for place, item in await attached(client)
        if item["kind"] == "file"
    )
    fault = sandbox.faults.add(
        Fault(
            route="/users/{mailbox}/messages/{id}/attachments/{attachment}"
            "/$value",
            reset="midway",
        )
    )
    for _ in range(6):
        with pytest.raises(Exception, match=r".*"):
            (
                await client.get(f"{place}/{item['id']}/content")
            ).raise_for_status()
    sandbox.faults.remove(fault)
    answer = await client.get(f"{place}/{item['id']}/content")

    assert answer.status_code == 200
