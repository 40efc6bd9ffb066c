"""Attachments, over the whole service."""

from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox

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
        'attachment; filename="..___t___x_1.txt";'
        " filename*=UTF-8''..%2F%22%C3%A9t%C3%A9%22%3Bx%3D1.txt"
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
