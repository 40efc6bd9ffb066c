"""Attaching to drafts, over the whole service."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.network import Carry
from tests.support.service import Service
from tests.support.visitor import Visitor

pytestmark = pytest.mark.anyio

ADA = "ada@contoso.example"
MESSAGES = f"/v1/mailboxes/{ADA}/messages"
CREATE = "/users/{mailbox}/messages/{id}/attachments"
SESSION = "/AttachmentSessions/{session}"
PIECE = 12 * 327_680
LARGE = bytes(range(251)) * 35_000
KEY = {"Idempotency-Key": "once"}


async def draft(client: httpx.AsyncClient) -> str:
    """Make a draft; return where its attachments are."""
    made = await client.post(MESSAGES, json={"subject": "x"})
    return f"{made.headers['location']}/attachments"


async def listed(client: httpx.AsyncClient, place: str) -> list[Any]:
    """Return what is attached."""
    answer = await client.get(place, headers={"Cache-Control": "no-cache"})
    items: list[Any] = answer.json()["items"]
    return items


def content_of(sandbox: Sandbox, place: str) -> list[bytes]:
    """Return what Exchange has of each attachment of a message."""
    item = unquote(place.split("/")[-2])
    found = sandbox.mailbox(ADA).state.find(item).attachments
    return [bytes(one.content) for one in found]


async def upload(
    client: httpx.AsyncClient, place: str, **options: Any
) -> httpx.Response:
    """Attach a large file as it is."""
    options.setdefault("params", {"name": "plan.bin"})
    options.setdefault("headers", {})
    options["headers"]["Content-Type"] = "application/x-plan"
    return await client.post(place, content=LARGE, **options)


def pieces(sandbox: Sandbox) -> int:
    """Return how often a piece was sent."""
    return sum(call.method == "PUT" for call in sandbox.calls)


async def test_small_files_are_attached(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """In JSON, as they are, and in a form: each in one request."""
    place = await draft(client)
    about = {"is_inline": "true", "content_id": "logo"}

    in_json = await client.post(place, json={"name": "a", "content": "YWJj"})
    as_is = await client.post(
        place,
        content=b"def",
        headers={
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Disposition": "attachment; filename*=UTF-8''gr%C3%BCn",
        },
    )
    in_form = await client.post(
        place, files={"file": ("c.png", b"ghi", "image/png")}, data=about
    )

    made = [in_json, as_is, in_form]
    assert [answer.status_code for answer in made] == [201] * 3
    assert as_is.json()["name"] == "grün"
    assert as_is.json()["content_type"] == "text/plain"
    assert in_form.json()["is_inline"]
    assert in_form.json()["content_id"] == "logo"
    assert await listed(client, place) == [answer.json() for answer in made]
    assert content_of(sandbox, place) == [b"abc", b"def", b"ghi"]
    at = await client.get(as_is.headers["location"])
    assert at.json() == as_is.json()


async def test_messages_are_attached(client: httpx.AsyncClient) -> None:
    """A message can be put into a draft, and is had as MIME."""
    place = await draft(client)
    other = (await client.get(MESSAGES, params={"folder": "inbox"})).json()
    inner = other["items"][0]

    made = await client.post(
        place, json={"kind": "item", "message_id": inner["id"]}
    )
    mime = await client.get(f"{made.headers['location']}/content")
    link = await client.post(place, json={"kind": "reference", "name": "x"})

    assert made.status_code == 201
    assert (made.json()["kind"], made.json()["name"]) == (
        "item",
        inner["subject"],
    )
    assert inner["internet_message_id"] in mime.text
    assert link.status_code == 422


async def test_a_large_file_goes_by_a_session(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """In order, piece by piece; no token goes to the host that takes it."""
    place = await draft(client)
    answer = await upload(client, place)

    calls = [call for call in sandbox.calls if call.route == SESSION]
    assert answer.status_code == 201
    assert answer.json()["content_type"] == "application/x-plan"
    assert [call.size for call in calls] == [PIECE, PIECE, 920_680]
    assert not any(call.authorized for call in calls)
    assert content_of(sandbox, place) == [LARGE]
    assert sandbox.open_uploads == 0
    assert [one["id"] for one in await listed(client, place)] == [
        answer.json()["id"]
    ]


@pytest.mark.parametrize("nth", [2, 3])
@pytest.mark.parametrize(
    "what",
    [
        {"status": 504},
        {"status": 504, "after_work": True},
        {"status": 503},
        {"status": 503, "retry_after": 20},
        {"status": 429, "retry_after": 3},
        {"status": 429},
        {"reset": "before"},
        {"reset": "after"},
        {"reset": "midway"},
        {"hang": True},
        {"body": "html"},
        {"body": "truncated"},
    ],
    ids=str,
)
async def test_an_upload_goes_on_where_it_broke_off(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    what: dict[str, Any],
    nth: int,
) -> None:
    """In the middle or at the end: attached once, and not a byte amiss."""
    place = await draft(client)
    fault = Fault(route=SESSION, method="PUT", nth=nth, **what)
    struck = sandbox.faults.add(fault)

    answer = await upload(client, place)

    assert sandbox.faults.fired(struck) == 1
    assert answer.status_code == 201
    assert content_of(sandbox, place) == [LARGE]
    assert sandbox.open_uploads == 0
    assert pieces(sandbox) <= 4
    assert sandbox.throttled == 0


async def test_half_a_piece_is_gone_on_from(
    service: Service, sandbox: Sandbox
) -> None:
    """What Exchange has kept of a piece is not sent again."""
    place = await draft(service.client)
    cut: list[httpx.Request] = []

    async def between(request: httpx.Request, carry: Carry) -> httpx.Response:
        if request.method != "PUT" or cut:
            return await carry(request)
        cut.append(request)
        half = httpx.Request(
            "PUT",
            request.url,
            headers={
                "Host": request.headers["host"],
                "Content-Range": f"bytes 0-999999/{len(LARGE)}",
            },
            content=request.content[:1_000_000],
        )
        await carry(half)
        raise httpx.ReadError("cut")

    service.network.between = between
    answer = await upload(service.client, place)

    assert answer.status_code == 201
    assert content_of(sandbox, place) == [LARGE]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"status": 404}, "graph-unavailable"),
        ({"status": 401}, "graph-unavailable"),
        ({"status": 504}, "graph-timeout"),
        ({"status": 413}, "payload-too-large"),
        (
            {"status": 413, "code": "ErrorMessageSizeExceeded"},
            "payload-too-large",
        ),
        ({"status": 507}, "mailbox-full"),
    ],
    ids=str,
)
async def test_what_cannot_be_sent_leaves_nothing_behind(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    what: dict[str, Any],
    code: str,
) -> None:
    """Given up in the middle, an upload is ended and nothing attached."""
    place = await draft(client)
    first = sandbox.faults.add(
        Fault(route=SESSION, method="PUT", nth=1, delay=0.1)
    )
    sandbox.faults.add(Fault(route=SESSION, method="PUT", **what))

    answer = await upload(client, place)

    assert sandbox.faults.fired(first) == 1
    assert answer.json()["code"] == code
    assert answer.json()["outcome"] == "not_performed"
    assert await listed(client, place) == []
    assert sandbox.open_uploads == 0


@pytest.mark.attack(
    "A Content-Length that is longer than what comes",
    "Nothing is attached, the upload session is ended",
)
async def test_who_leaves_ends_the_upload(
    service: Service, sandbox: Sandbox
) -> None:
    """Nobody will send the rest: the session is ended."""
    place = await draft(service.client)
    visitor = Visitor(
        service=service,
        path=f"{place}?name=x",
        method="POST",
        body="x" * 12_000_000,
        headers={
            "content-type": "application/octet-stream",
            "content-length": "12000002",
        },
        is_whole=False,
    )
    work = visitor.visit()
    await service.clock.sleep(1)
    assert pieces(sandbox) == sandbox.open_uploads == 1
    visitor.leave()
    await work

    assert sandbox.open_uploads == 0
    assert sandbox.calls[-1].method == "DELETE"
    assert await listed(service.client, place) == []


@pytest.mark.attack(
    "An upload that stops in its midst", "400 after 30 s, nothing attached"
)
async def test_who_stalls_is_not_waited_for(
    service: Service, sandbox: Sandbox
) -> None:
    """A body that does not go on for half a minute is given up."""
    place = await draft(service.client)
    visitor = Visitor(
        service=service,
        path=f"{place}?name=x",
        method="POST",
        body="x" * 12_000_000,
        headers={
            "content-type": "application/octet-stream",
            "content-length": "12000002",
        },
        is_whole=False,
    )
    began = service.clock.now()
    await visitor.visit()

    assert visitor.status == 400
    assert service.clock.now() - began == pytest.approx(30, abs=1)
    assert sandbox.open_uploads == 0


async def test_bytes_go_to_outlook_alone(
    service: Service, sandbox: Sandbox
) -> None:
    """An address elsewhere is not written to, whoever named it."""
    place = await draft(service.client)

    async def between(request: httpx.Request, carry: Carry) -> httpx.Response:
        answer = await carry(request)
        if request.url.path.endswith("createUploadSession"):
            text = (await answer.aread()).replace(
                b"http://127.0.0.1/", b"http://127.0.0.1:9/"
            )
            return httpx.Response(answer.status_code, content=text)
        return answer

    service.network.between = between
    answer = await upload(service.client, place)

    assert answer.status_code == 502
    assert answer.json()["code"] == "graph-malformed-response"
    assert all(r.url.port is None for r in service.network.requests)
    assert pieces(sandbox) == 0


async def test_only_drafts_are_attached_to(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """What was received stays as it is."""
    message = sandbox.deliver(ADA, subject="Received")

    answer = await upload(client, f"{MESSAGES}/{message}/attachments")

    assert answer.status_code == 409
    assert content_of(sandbox, f"{MESSAGES}/{message}/attachments") == []


@pytest.mark.parametrize("after_work", [True, False])
async def test_a_lost_answer_attaches_once(
    client: httpx.AsyncClient, sandbox: Sandbox, *, after_work: bool
) -> None:
    """It is looked whether the file is attached before it is sent again."""
    place = await draft(client)
    sandbox.faults.add(
        Fault(route=CREATE, times=1, status=504, after_work=after_work)
    )

    answer = await client.post(place, json={"name": "a", "content": "YWJj"})

    assert answer.status_code == 201
    assert content_of(sandbox, place) == [b"abc"]


async def test_a_key_attaches_once(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """For what streams in, a key stands for name, type, size and digest."""
    place = await draft(client)
    named: dict[str, Any] = {"params": {"name": "plan.bin"}}

    first = await upload(client, place, headers=dict(KEY))
    again = await upload(client, place, headers=dict(KEY))
    other = await upload(
        client, place, headers=dict(KEY), params={"name": "other.bin"}
    )
    digest = await upload(
        client, place, headers=KEY | {"Content-Digest": "sha-256=:x:"}, **named
    )

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert other.json()["code"] == "idempotency-key-reused"
    assert digest.json()["code"] == "idempotency-key-reused"
    assert content_of(sandbox, place) == [LARGE]


async def test_a_key_finds_what_was_left_in_doubt(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """When nobody could look, the next request with the key does."""
    place = await draft(client)
    late = sandbox.faults.add(
        Fault(route=SESSION, method="PUT", nth=3, status=504, after_work=True)
    )

    async def blinded() -> AsyncIterator[bytes]:
        yield LARGE[:-1]
        sandbox.faults.add(
            Fault(route="/users/{mailbox}/messages/{id}", status=503)
        )
        yield LARGE[-1:]

    first = await client.post(
        place,
        content=blinded(),
        params={"name": "plan.bin"},
        headers={
            **KEY,
            "Content-Length": str(len(LARGE)),
            "Content-Type": "application/x-plan",
        },
    )
    assert sandbox.faults.fired(late) == 1
    sandbox.faults.clear()
    again = await upload(client, place, headers=dict(KEY))

    assert first.json()["outcome"] == "unknown"
    assert again.status_code == 201
    assert content_of(sandbox, place) == [LARGE]


async def test_attachments_are_removed(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Once, whatever becomes of the answer, and only if it is still that."""
    place = await draft(client)
    made = [
        await client.post(place, json={"name": name, "content": "YWJj"})
        for name in "ab"
    ]
    at = [answer.headers["location"] for answer in made]

    wrong = await client.delete(at[0], headers={"If-Match": '"other"'})
    tag = (await client.get(at[0])).headers["etag"]
    right = await client.delete(at[0], headers={"If-Match": tag})
    gone = await client.delete(at[0])
    sandbox.faults.add(
        Fault(method="DELETE", times=1, status=504, after_work=True)
    )
    doubtful = await client.delete(at[1])

    assert (wrong.status_code, right.status_code) == (412, 204)
    assert gone.status_code == 404
    assert doubtful.status_code == 204
    assert await listed(client, place) == []


@pytest.mark.parametrize(
    ("request_", "status", "pointer"),
    [
        ({"content": b"x"}, 422, "#/query/name"),
        ({"content": b"x", "params": {"nme": "x"}}, 422, "#/query/nme"),
        ({"content": b"x", "params": {"name": "a\nb"}}, 422, "#/query/name"),
        ({"json": {"name": "x"}}, 422, "#/body/content"),
        ({"json": {"name": "x", "content": "?"}}, 422, "#/body/content"),
        ({"json": {"kind": "item"}}, 422, "#/body/message_id"),
        ({"json": {"kind": 1}}, 422, "#/body"),
        ({"json": []}, 422, "#/body"),
        ({"files": {"other": b"x"}}, 422, "#/body/file"),
        (
            {"files": {"file": b"x"}, "data": {"is_inline": "yes"}},
            422,
            "#/body/is_inline",
        ),
        ({"files": {"file": b"x"}, "data": {"more": "x"}}, 422, "#/body/more"),
        (
            {"content": b"[", "headers": {"Content-Type": "application/json"}},
            400,
            None,
        ),
        (
            {
                "content": b"x",
                "headers": {"Content-Type": "multipart/form-data"},
            },
            400,
            None,
        ),
        (
            {
                "content": b"x",
                "params": {"name": "x"},
                "headers": {"Content-Type": "text"},
            },
            415,
            None,
        ),
    ],
    ids=str,
)
async def test_what_is_no_attachment_is_refused(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    request_: dict[str, Any],
    status: int,
    pointer: str | None,
) -> None:
    """It is said what is wrong and where, and nothing is attached."""
    place = await draft(client)
    answer = await client.post(place, **request_)

    assert answer.status_code == status, answer.text
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert content_of(sandbox, place) == []


async def endless() -> AsyncIterator[bytes]:
    """Send more than any small file has."""
    for _ in range(100):
        yield bytes(100_000)


@pytest.mark.attack(
    "An upload above 150 MB, or of unknown length without an end",
    "413 or 400, nothing is attached",
)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": "150000001"}, 413),
        ({"Content-Length": "200000000"}, 413),
        ({}, 400),
        ({"Content-Type": "application/json"}, 413),
    ],
    ids=str,
)
async def test_what_is_too_large_is_refused(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    headers: dict[str, str],
    status: int,
) -> None:
    """Above 150 MB, above 3 MB of unknown length, above 4 MB of JSON."""
    place = await draft(client)
    query = {} if "Content-Type" in headers else {"name": "x"}

    answer = await client.post(
        place, content=endless(), params=query, headers=headers
    )

    assert answer.status_code == status
    assert sandbox.open_uploads == 0
    assert content_of(sandbox, place) == []
