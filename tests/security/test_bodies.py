"""Bodies that are too slow, too large or not what they seem."""

import asyncio
import gzip
import json
import random
from collections.abc import AsyncIterator, Callable
from itertools import product
from typing import Any

import httpx
import pytest

from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
JSON = {"Content-Type": "application/json"}


def trickle(part: bytes, pause: float) -> Callable[[], AsyncIterator[bytes]]:
    """Return a body that comes part by part, without an end."""

    async def body() -> AsyncIterator[bytes]:
        while True:
            yield part
            await asyncio.sleep(pause)  # noqa: TID251 - in virtual time

    return body


@pytest.mark.parametrize(
    ("method", "path", "body", "seconds"),
    [
        pytest.param(
            *("POST", MESSAGES, trickle(b" ", 1), 30),
            id="json",
            marks=pytest.mark.attack(
                "A body of one byte a second", "400 after 30 s"
            ),
        ),
        pytest.param(
            *("GET", MESSAGES, trickle(b"x", 1), 30),
            id="get",
            marks=pytest.mark.attack(
                "A body of one byte a second where none belongs",
                "400 after 30 s",
            ),
        ),
        pytest.param(
            *("POST", f"{MESSAGES}/AAA=/attachments?name=x"),
            *(trickle(b"x" * 65_536, 4), 40),
            id="upload",
            marks=pytest.mark.attack(
                "An upload of 16 KiB a second", "400 after 40 s"
            ),
        ),
    ],
)
async def test_slow_bodies_are_given_up(
    service: Service,
    method: str,
    path: str,
    body: Callable[[], AsyncIterator[bytes]],
    seconds: float,
) -> None:
    """Whoever sends less than 64 KiB a second is not waited for long."""
    began = service.clock.now()
    draft = await service.client.post(MESSAGES, json={})
    answer = await service.client.request(
        method,
        path.replace("AAA=", draft.json()["id"]),
        content=body(),
        headers={} if "attachments" in path else JSON,
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed-request"
    assert service.clock.now() - began == pytest.approx(seconds, abs=1)


@pytest.mark.parametrize(
    "coding",
    [
        pytest.param(
            coding,
            marks=pytest.mark.attack(
                f"A body with Content-Encoding: {coding}",
                "415, nothing is unpacked",
            ),
        )
        for coding in ("gzip", "br", "deflate, gzip")
    ],
)
@pytest.mark.parametrize("path", [MESSAGES, f"{MESSAGES}/A/attachments"])
async def test_nothing_is_unpacked(
    client: httpx.AsyncClient, path: str, coding: str
) -> None:
    """What is sent is as large as it looks."""
    answer = await client.post(
        path,
        params={"name": "x"} if path != MESSAGES else {},
        content=gzip.compress(bytes(1_000_000)),
        headers=JSON | {"Content-Encoding": coding},
    )

    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported-media-type"


def nested(depth: int, opening: str, closing: str) -> bytes:
    """Return JSON of this depth."""
    return (opening * depth + "1" + closing * depth).encode()


@pytest.mark.attack(
    "JSON nested 100 to 100,000 deep, in any member", "400 or 422"
)
async def test_depth_is_no_crash(client: httpx.AsyncClient) -> None:
    """Whatever stops reading it, it is the caller's mistake."""
    depths = (100, 900, 990, 1_100, 100_000)
    for member, depth in product(("subject", "body", "to", "x"), depths):
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            value = nested(depth, opening, closing)
            answer = await client.post(
                MESSAGES,
                content=b'{"%s":%s}' % (member.encode(), value),
                headers=JSON,
            )
            assert answer.status_code in {400, 422}, (depth, answer.text)


MEMBERS = {
    "messages": "subject",
    "sends": "send_at",
    "folders": "name",
    "events": "reminder_minutes",
    "messages/bulk": "changes",
    "free-busy": "interval_minutes",
    "meeting-times": "limit",
    "settings": "working_hours",
    "contacts": "birthday",
    "rules": "sequence",
}
NUMBERS = ("1e999999", "-1e999999", "9" * 4_000, "9" * 5_000, "1e-999999")


@pytest.mark.attack(
    "Numbers beyond every limit, anywhere in a body", "400 or 422"
)
async def test_numbers_are_no_crash(client: httpx.AsyncClient) -> None:
    """Neither infinity nor 5,000 digits get past the door."""
    for (path, member), number in product(MEMBERS.items(), NUMBERS):
        answer = await client.request(
            "PATCH" if path == "settings" else "POST",
            f"/v1/mailboxes/ada@contoso.example/{path}",
            content=f'{{"{member}": {number}}}'.encode(),
            headers=JSON,
        )
        assert answer.status_code in {400, 422}, answer.text


@pytest.mark.attack(
    "Thousands of members whose names are 64 kB or collide", "400 or 422"
)
async def test_names_of_members_are_no_crash(
    client: httpx.AsyncClient,
) -> None:
    """Names of any kind and length: refused, and answered briefly."""
    names: list[Any] = ["x" * 65_536, "\u202e", "__proto__", "__class__", ""]
    for body in (
        dict.fromkeys(names, 1),
        {str(n): n for n in range(5_000)},
        {"body": {"content": "x", **{str(n): n for n in range(99)}}},
    ):
        answer = await client.post(
            MESSAGES, content=json.dumps(body), headers=JSON
        )
        assert answer.status_code == 422
        assert len(answer.content) < 10_000


HEADERS = (
    *("Accept", "Cache-Control", "If-Match", "If-None-Match", "If-Range"),
    *("Prefer", "Range", "Idempotency-Key", "X-Request-ID", "traceparent"),
    *("Content-Disposition", "Exchange-Tenant", "Cookie", "Origin"),
)


@pytest.mark.attack(
    "Headers full of what tempts parsers (2,000 of them)", "No 5xx"
)
async def test_headers_are_no_crash(client: httpx.AsyncClient) -> None:
    """Quotes that never end, lists of nothing, numbers without limit."""
    chance = random.Random(7)
    pieces = [
        *('"', "\\", ",", ";", "=", "*", "W/", "bytes=", "-", "0-", "wait="),
        *("max-age=", "9" * 30, "\xe9", " ", "\t", "a", "q=", "/", "UTF-8''"),
        *("%", "%FF", "filename*=", "[" * 50, '{"a":', "00-", "respond-async"),
    ]
    for _ in range(200):
        headers = [
            (name, "".join(chance.choices(pieces, k=chance.randint(1, 12))))
            for name in chance.sample(HEADERS, 10)
        ]
        answer = await client.get(
            MESSAGES,
            params={"limit": 1},
            headers=[
                (name.encode(), value.strip().encode("latin-1"))
                for name, value in headers
            ],
        )
        assert answer.status_code < 500, headers


def part(disposition: str, head: bytes = b"", content: bytes = b"x") -> bytes:
    """Return a part of a form."""
    named = f"--x\r\nContent-Disposition: form-data; {disposition}\r\n"
    return named.encode() + head + b"\r\n" + content + b"\r\n"


FILE = part('name="file"; filename="a"')
FORMS = {
    "a header of 3 MB": part('name="file"', b"X: " + b"a" * 3_000_000),
    "100,000 headers": part('name="file"', b"X: a\r\n" * 100_000),
    "10,000 parts": part('name="x"') * 10_000,
    "two files": FILE * 2,
    "a field of 3 MB": part('name="name"', content=b"a" * 3_000_000) + FILE,
    "a name of 1 MB": part(f'name="{"a" * 1_000_000}"'),
    "garbage before it": b"a" * 3_000_000 + FILE,
}


@pytest.mark.attack(
    "Forms with 3 MB of headers, 100,000 headers, 10,000 parts or two files",
    "400, nothing is attached",
)
async def test_forms_are_no_bombs(client: httpx.AsyncClient) -> None:
    """One file and three short fields are all that a form may hold."""
    made = await client.post(MESSAGES, json={})
    place = f"{made.headers['location']}/attachments"
    for kind, form in FORMS.items():
        answer = await client.post(
            place,
            content=form + b"--x--\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )
        assert answer.status_code == 400, kind
    attached = await client.get(place)

    assert attached.json()["items"] == []
