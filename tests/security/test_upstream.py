"""A Graph that lies: what it says is bounded, and leads nowhere else."""

import base64
import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.problems.errors import ExchangeError
from app.problems.graph_failures import GraphMalformedResponse
from app.sandbox import Sandbox
from tests.support.gateway import gateway
from tests.support.network import Carry
from tests.support.scripted import Answer, ScriptedGraph
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
MESSAGES = f"{ADA}/messages"
MB = 1 << 20
AT_ONCE = {"Prefer": "wait=1", "Cache-Control": "no-cache"}


class Flow(httpx.AsyncByteStream):
    """A body that comes in parts, as from a network."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part


def bomb(megabytes: int) -> bytes:
    """Return a thousandth of so many megabytes, that unpacks to them."""
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(b" " * MB) for _ in range(megabytes)]
    return b"".join([b"", *parts, packer.flush()])


BOMB = bomb(200)
NESTED_BOMB = gzip.compress(BOMB)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param(
            *("gzip", BOMB),
            marks=pytest.mark.attack(
                "Graph answers 200 kB of gzip that unpack to 200 MB",
                "502 graph-malformed-response, less than 80 MB used",
            ),
        ),
        pytest.param(
            *("gzip, gzip", NESTED_BOMB),
            marks=pytest.mark.attack(
                "Graph answers gzip within gzip",
                "502 graph-malformed-response, not unpacked",
            ),
        ),
        pytest.param(
            *("br", b"{}"),
            marks=pytest.mark.attack(
                "Graph answers in a coding nobody asked for",
                "502 graph-malformed-response, not unpacked",
            ),
        ),
    ],
    ids=["gzip", "nested", "br"],
)
async def test_bombs_do_not_go_off(
    service: Service, coding: str, body: bytes
) -> None:
    """However little is sent, no more is held than an answer may have."""

    async def packed(_: httpx.Request, __: Carry) -> httpx.Response:
        headers = {
            "Content-Encoding": coding,
            "Content-Type": "application/json",
        }
        return httpx.Response(200, headers=headers, stream=Flow(body))

    await service.client.get(MESSAGES)
    service.network.between = packed
    tracemalloc.start()
    answer = await service.client.get(MESSAGES, headers=AT_ONCE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.status_code == 502
    assert answer.json()["code"] == "graph-malformed-response"
    assert peak < 80 * MB


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b'{"value": ["' + b"a" * 33 * MB + b'"]}'),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"{}")[:-4]),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"{}") + b"more"),
        ({"Content-Encoding": "gzip"}, b"{}"),
    ],
    ids=["33 MB", "broken off", "more after it", "not packed"],
)
@pytest.mark.attack("Graph answers 33 MB, or gzip that is broken", "502")
async def test_what_is_not_as_it_says(
    tmp_path: Path, headers: dict[str, str], body: bytes
) -> None:
    """It is malformed, whichever way."""
    graph = ScriptedGraph(otherwise=Answer(body=body, headers=headers))
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(GraphMalformedResponse):
            await built.ask()


async def test_gzip_is_understood(service: Service, sandbox: Sandbox) -> None:
    """What Graph packs as asked for is read, to the last byte."""
    sandbox.deliver("ada@contoso.example", subject="Packed")

    async def packed(request: httpx.Request, carry: Carry) -> httpx.Response:
        answer = await carry(request)
        body = gzip.compress(await answer.aread())
        headers = {**answer.headers, "content-encoding": "gzip"}
        del headers["content-length"]
        halves = body[: len(body) // 2], body[len(body) // 2 :]
        return httpx.Response(200, headers=headers, stream=Flow(*halves))

    service.network.between = packed
    answer = await service.client.get(MESSAGES, params={"limit": 1})

    assert answer.json()["items"][0]["subject"] == "Packed"


def deep(opening: str, inner: str, closing: str) -> bytes:
    return (opening * 50_000 + inner + closing * 50_000).encode()


CLAIMS = base64.b64encode(b'{"a":{"b":' + b"[" * 5_000).decode()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b'{"value":' + deep("[", "", "]") + b"}"),
        Answer(body=b'{"error":' + deep("[", "", "]") + b"}"),
        Answer(status=400, body=deep('{"error":', "1", "}")),
        Answer(
            status=401,
            headers={"WWW-Authenticate": f'Bearer claims="{CLAIMS}"'},
        ),
    ],
    ids=["value", "error in a 200", "error", "claims"],
)
@pytest.mark.attack(
    "Graph answers JSON that is nested 50,000 deep, in bodies and headers",
    "A problem of Graph's, never a fault of the service",
)
async def test_depth_of_graph(tmp_path: Path, answer: Answer) -> None:
    """No depth leads to an error that nobody has named."""
    async with gateway(tmp_path, ScriptedGraph(otherwise=answer)) as built:
        with pytest.raises(ExchangeError):
            await built.ask()


ELSEWHERE = (
    *("https://evil.example/v1.0/users", "//evil.example/v1.0/users"),
    *("http://127.0.0.1.evil.example/v1.0/users", "/v1.0/users"),
    *("http://127.0.0.1@evil.example/v1.0/users", "http://127.0.0.1/beta/x"),
    *("http://127.0.0.1/v1.0@evil.example/", "http://127.0.0.1/v1.0evil/"),
    *("http://127.0.0.1:80/v1.0/users", "http://169.254.169.254/latest/"),
    *("file:///etc/passwd", "http://127.0.0.1\\@evil.example/v1.0/"),
)


@pytest.mark.attack(
    "Graph's nextLink leads to another host", "502, and nothing is asked there"
)
async def test_next_links_lead_nowhere_else(service: Service) -> None:
    """Not a single request, and no cursor, is made of such a link."""
    link = ""

    async def lying(request: httpx.Request, carry: Carry) -> httpx.Response:
        content = json.loads(await (await carry(request)).aread())
        if isinstance(content.get("value"), list):
            content["@odata.nextLink"] = link
        return httpx.Response(200, json=content)

    service.network.between = lying
    for link in ELSEWHERE:
        for path in (MESSAGES, f"{ADA}/folders?depth=3", f"{ADA}/threads"):
            answer = await service.client.get(path, headers=AT_ONCE)
            assert answer.status_code == 502, (link, answer.text)

    hosts = {request.url.host for request in service.network.requests}
    assert hosts == {"127.0.0.1"}


HOSTS = (
    *(
        "https://evil.example/upload",
        "http://127.0.0.1:9/",
        "ftp://127.0.0.1/",
    ),
    *("http://127.0.0.1@evil.example/", "http://a:b@127.0.0.1/"),
    *("http://127.0.0.1.evil.example/", "http://evil.example#@127.0.0.1/"),
    *("http://evil.example\\@127.0.0.1/", "http://127.0.0.1\\.evil.example/"),
    *(
        "http://127。0。0。1/",
        "http://evil.example\t@127.0.0.1/",
        "//127.0.0.1/",
    ),
    *("http://[::1]/", "http://2130706433/", "http://127.1/", "http://"),
)


@pytest.mark.attack(
    "Graph's upload URL leads to another host",
    "502, and not a byte is sent there",
)
async def test_uploads_go_nowhere_else(service: Service) -> None:
    """Only the hosts that are listed are written to."""
    url = ""

    async def lying(request: httpx.Request, carry: Carry) -> httpx.Response:
        answer = await carry(request)
        if request.url.path.endswith("createUploadSession"):
            content = json.loads(await answer.aread()) | {"uploadUrl": url}
            return httpx.Response(201, json=content)
        return answer

    draft = await service.client.post(MESSAGES, json={})
    service.network.between = lying
    asked = len(service.network.requests)
    for url in HOSTS:
        answer = await service.client.post(
            f"{MESSAGES}/{draft.json()['id']}/attachments",
            params={"name": "x"},
            content=bytes(4_000_000),
            headers=AT_ONCE,
        )
        assert answer.status_code == 502, url
        assert answer.json()["code"] == "graph-malformed-response"

    since = service.network.requests[asked:]
    assert {r.url.host for r in since} == {"127.0.0.1"}
    assert all(r.url.path.startswith("/v1.0/") for r in since)


@pytest.mark.attack(
    "Graph redirects to another host",
    "A problem; the token goes nowhere else",
)
async def test_redirects_are_not_followed(service: Service) -> None:
    """Reads, writes and downloads alike."""
    statuses = cycle((301, 302, 303, 307, 308))

    async def away(_: httpx.Request, __: Carry) -> httpx.Response:
        headers = {"Location": "https://evil.example/"}
        return httpx.Response(next(statuses), headers=headers)

    await service.client.get(MESSAGES)
    service.network.between = away
    requests: list[dict[str, Any]] = [
        {"method": "GET", "url": f"{MESSAGES}?limit=3"},
        {"method": "GET", "url": f"{MESSAGES}/AAA=/mime"},
        {"method": "POST", "url": MESSAGES, "json": {}},
    ]
    for request in requests * 5:
        answer = await service.client.request(**request, headers=AT_ONCE)
        assert answer.status_code >= 400
        assert "location" not in answer.headers

    hosts = {request.url.host for request in service.network.requests}
    assert hosts == {"127.0.0.1"}
