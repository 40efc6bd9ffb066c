"""Messages, over the whole service."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
MESSAGES = f"{ADA}/messages"


async def every_message(
    client: httpx.AsyncClient, **query: Any
) -> list[dict[str, Any]]:
    """Follow the cursor to the end."""
    found: list[dict[str, Any]] = []
    params = {"limit": 100, **query}
    while True:
        page = await client.get(MESSAGES, params=params)
        assert page.status_code == 200, page.text
        found += page.json()["items"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return found
        params["cursor"] = cursor


async def test_pages_follow_to_the_end(client: httpx.AsyncClient) -> None:
    """Following the cursor shows every message of a folder once."""
    seen = await every_message(client, folder="inbox", limit=40)
    folder = await client.get(f"{ADA}/folders/inbox")

    assert len(seen) == folder.json()["total_count"] > 200
    assert len({item["id"] for item in seen}) == len(seen)


@pytest.mark.parametrize(
    ("sort", "reverse"), [("-received_at", True), ("received_at", False)]
)
async def test_messages_are_sorted(
    client: httpx.AsyncClient, sort: str, *, reverse: bool
) -> None:
    """Newest first, or oldest first on demand."""
    seen = await every_message(client, folder="inbox", sort=sort)

    times = [item["received_at"] for item in seen]
    assert times == sorted(times, reverse=reverse)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"is_read": "false"}, lambda m: not m["is_read"]),
        ({"is_flagged": "true"}, lambda m: m["flag"]["status"] == "flagged"),
        ({"is_flagged": "false"}, lambda m: m["flag"]["status"] != "flagged"),
        ({"has_attachments": "true"}, lambda m: m["has_attachments"]),
        ({"importance": "high"}, lambda m: m["importance"] == "high"),
        ({"subject": "Roadmap"}, lambda m: "roadmap" in m["subject"].lower()),
        (
            {"since": "2026-11-01T00:00:00Z"},
            lambda m: m["received_at"] >= "2026-11-01T00:00:00Z",
        ),
        (
            {"until": "2026-10-01T02:00:00+02:00"},
            lambda m: m["received_at"] < "2026-10-01T00:00:00Z",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_filters(
    client: httpx.AsyncClient, query: dict[str, str], holds: Any
) -> None:
    """A filter shows all messages for which it holds, and no other."""
    everything = await every_message(client)
    found = await every_message(client, **query)

    expected = [m["id"] for m in everything if m["received_at"] and holds(m)]
    assert {m["id"] for m in found} == set(expected)
    assert 0 < len(found) < len(everything)


async def test_filters_by_category_and_thread(
    client: httpx.AsyncClient,
) -> None:
    """What a message says of itself finds it again."""
    everything = await every_message(client)
    marked = next(m for m in everything if m["categories"])
    by_category = await every_message(client, category=marked["categories"][0])
    by_thread = await every_message(client, thread=marked["thread_id"])

    assert marked["id"] in {m["id"] for m in by_category}
    assert {m["thread_id"] for m in by_thread} == {marked["thread_id"]}


async def test_filters_by_sender(client: httpx.AsyncClient) -> None:
    """Who sent a message finds it again."""
    everything = await every_message(client, folder="inbox")
    sender = next(m["from"]["address"] for m in everything if m["from"])
    found = await every_message(client, **{"from": sender})

    assert {m["from"]["address"] for m in found} == {sender}


async def test_filters_combine(client: httpx.AsyncClient) -> None:
    """Several filters all hold."""
    found = await every_message(
        client, folder="inbox", is_read="false", since="2026-10-01T00:00:00Z"
    )

    assert found
    assert all(
        not m["is_read"] and m["received_at"] >= "2026-10-01" for m in found
    )


async def test_words_are_searched_for(client: httpx.AsyncClient) -> None:
    """``query`` finds words wherever they stand, newest first."""
    found = await every_message(client, query="roadmap", limit=5)

    times = [m["received_at"] for m in found]
    assert len(found) > 5
    assert times == sorted(times, reverse=True)
    assert len({m["id"] for m in found}) == len(found)


async def test_recipients_are_searched_for(client: httpx.AsyncClient) -> None:
    """``to`` and ``query`` go together with what can be searched."""
    found = await every_message(
        client, to="grace@contoso.example", has_attachments="true"
    )

    for message in found:
        people = [*message["to"], *message["cc"], *message["bcc"]]
        assert "grace@contoso.example" in {p["address"] for p in people}


async def test_quotes_do_no_harm(client: httpx.AsyncClient) -> None:
    """Quotation marks in filters and searches are taken as they are."""
    for query in (
        {"subject": "O'Brien's \"plan\" \\ 100%"},
        {"query": 'a "quoted phrase" and O\'Brien \\'},
        {"category": "it's & so on"},
    ):
        answer = await client.get(MESSAGES, params=query)
        assert answer.status_code == 200, answer.text


async def test_a_message_has_body_attachments_and_headers(
    client: httpx.AsyncClient,
) -> None:
    """The whole message: each form of it has its own entity tag."""
    found = await every_message(client, has_attachments="true", folder="inbox")
    place = f"{MESSAGES}/{found[0]['id']}"
    html = await client.get(place)
    text = await client.get(place, params={"body": "text"})
    bare = await client.get(place, params={"body": "none"})
    full = await client.get(place, params={"headers": "true"})

    assert html.json()["attachments"]
    assert html.json()["etag"] == html.headers["etag"] == found[0]["etag"]
    assert text.json()["body"]["format"] == "text"
    assert bare.json()["body"] is None
    assert html.json()["headers"] is None
    assert full.json()["headers"] is not None
    tags = {answer.headers["etag"] for answer in (html, text, bare, full)}
    assert len(tags) == 4


async def test_html_is_safe_to_show(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Scripts go, remote images wait for the reader, the text stays."""
    message = sandbox.deliver(
        "ada@contoso.example",
        body={
            "contentType": "html",
            "content": (
                "<p onclick=evil()>Hello</p><script>evil()</script>"
                '<img src="https://spy.example/pixel.gif">'
                '<img src="cid:logo"><a href="javascript:evil()">x</a>'
            ),
        },
    )

    answer = await client.get(f"{MESSAGES}/{message}")
    body = answer.json()["body"]

    assert "Hello" in body["content"]
    assert "evil" not in body["content"]
    assert 'data-remote-src="https://spy.example/pixel.gif"' in body["content"]
    assert ' src="https' not in body["content"]
    assert 'src="cid:logo"' in body["content"]
    assert body["has_remote_content"] is True


async def test_every_seeded_message_can_be_read(
    client: httpx.AsyncClient,
) -> None:
    """Odd encodings, missing senders, unknown types: none is a failure."""
    everything = await every_message(client)
    for message in everything:
        answer = await client.get(f"{MESSAGES}/{message['id']}")
        assert answer.status_code == 200
        content = answer.json()["body"]["content"].lower()
        assert "<script" not in content
        assert ' src="http' not in content

    assert any(message["from"] is None for message in everything)
    assert any(message["subject"] == "" for message in everything)
    assert any(not message["subject"].isascii() for message in everything)


async def test_ids_may_contain_slashes(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """An id with ``/`` and ``+``, percent-encoded, leads to its message."""
    slashed = "AAMkAD/x+y/z="
    answer = await client.get(f"{MESSAGES}/{slashed.replace('/', '%2F')}")
    last = sandbox.calls[-1]

    assert answer.status_code == 404
    assert answer.json()["code"] == "item-not-found"
    assert "AAMkAD%2Fx%2By%2Fz%3D" in last.path


async def test_mime_is_streamed(client: httpx.AsyncClient) -> None:
    """A message as it travels, to be saved."""
    found = await every_message(client, has_attachments="true", folder="inbox")
    answer = await client.get(f"{MESSAGES}/{found[0]['id']}/mime")

    assert answer.headers["content-type"] == "message/rfc822"
    assert b"\r\nMIME-Version: 1.0\r\n" in answer.content
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("patch", "member", "value"),
    [
        ({"is_read": True}, "is_read", True),
        ({"is_read": False}, "is_read", False),
        ({"importance": "high"}, "importance", "high"),
        ({"importance": None}, "importance", "normal"),
        (
            {"categories": ["Red", "Blue", "Red"]},
            "categories",
            ["Red", "Blue"],
        ),
        ({"categories": None}, "categories", []),
        (
            {"flag": {"status": "flagged", "due_at": "2026-12-01T10:00:00Z"}},
            "flag",
            {"status": "flagged", "due_at": "2026-12-01T10:00:00Z"},
        ),
        ({"flag": None}, "flag", {"status": "none", "due_at": None}),
    ],
)
async def test_changes_show_at_once(
    client: httpx.AsyncClient,
    patch: dict[str, Any],
    member: str,
    value: object,
) -> None:
    """A merge patch changes what it names, and the next read shows it."""
    item = (await every_message(client, folder="inbox"))[0]
    place = f"{MESSAGES}/{item['id']}"
    await client.get(place)

    changed = await client.patch(
        place,
        json=patch,
        headers={"Content-Type": "application/merge-patch+json"},
    )
    read = await client.get(place)

    assert changed.json()[member] == value
    assert read.json()[member] == value
    assert read.headers["etag"] == changed.headers["etag"]
    assert read.json()["subject"] == item["subject"]


async def test_a_draft_is_written_changed_and_sent(
    client: httpx.AsyncClient,
) -> None:
    """From the first word to Sent Items."""
    made = await client.post(
        MESSAGES,
        json={
            "subject": "Plan",
            "body": {"format": "html", "content": "<p>One</p>"},
            "attachments": [
                {
                    "name": "plan.txt",
                    "content_type": "text/plain",
                    "content": "cGxhbg==",
                }
            ],
        },
    )
    place = made.headers["location"]
    changed = await client.patch(
        place,
        json={
            "to": [{"name": "Grace", "address": "grace@contoso.example"}],
            "subject": "The plan",
            "body": {"format": "text", "content": "Two"},
        },
    )
    send = await client.post(f"{place}/send")
    again = await client.post(f"{place}/send")
    read = await client.get(place)

    assert made.status_code == 201
    assert made.json()["is_draft"] is True
    assert made.json()["attachments"][0]["name"] == "plan.txt"
    assert changed.json()["subject"] == "The plan"
    assert send.status_code == 201
    assert send.json()["message_id"] == made.json()["id"]
    assert again.status_code == 409
    assert read.json()["is_draft"] is False
    assert read.json()["to"][0]["address"] == "grace@contoso.example"


async def test_what_is_sent_cannot_be_rewritten(
    client: httpx.AsyncClient,
) -> None:
    """The subject of a message that was received stays as it is."""
    item = (await every_message(client, folder="inbox"))[0]
    answer = await client.patch(
        f"{MESSAGES}/{item['id']}", json={"subject": "Rewritten"}
    )
    read = await client.get(f"{MESSAGES}/{item['id']}")

    assert answer.status_code == 422
    assert read.json()["subject"] == item["subject"]


async def test_deleting_moves_to_deleted_items(
    client: httpx.AsyncClient,
) -> None:
    """The id lives on in Deleted Items."""
    item = (await every_message(client, folder="inbox"))[0]
    place = f"{MESSAGES}/{item['id']}"
    answer = await client.delete(place)
    read = await client.get(place)
    deleted = await client.get(f"{ADA}/folders/deleted")

    assert answer.status_code == 204
    assert read.json()["folder_id"] == deleted.json()["id"]


async def test_purging_deletes_for_good(client: httpx.AsyncClient) -> None:
    """With ``permanent`` nothing is left to be read."""
    item = (await every_message(client, folder="inbox"))[0]
    place = f"{MESSAGES}/{item['id']}"
    answer = await client.delete(place, params={"permanent": "true"})
    read = await client.get(place)

    assert answer.status_code == 204
    assert read.status_code == 404


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(status=504, after_work=True), id="504 after"),
        pytest.param(Fault(reset="after"), id="reset after"),
        pytest.param(Fault(status=504), id="504 before"),
        pytest.param(Fault(reset="before"), id="reset before"),
    ],
)
@pytest.mark.parametrize("permanent", ["true", "false"])
async def test_deleting_in_doubt_goes_no_further(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: Fault, permanent: str
) -> None:
    """Whether the first attempt worked or not: deleted once, not twice."""
    item = (await every_message(client, folder="inbox"))[0]
    place = f"{MESSAGES}/{item['id']}"
    for method, route in (
        ("DELETE", "/users/{mailbox}/messages/{id}"),
        ("POST", "/users/{mailbox}/messages/{id}/permanentDelete"),
    ):
        sandbox.faults.add(replace(fault, method=method, route=route, times=1))

    answer = await client.delete(place, params={"permanent": permanent})
    read = await client.get(place)

    assert answer.status_code == 204
    assert read.status_code == (404 if permanent == "true" else 200)
