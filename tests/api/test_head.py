"""HEAD: what GET would say, without the content."""

import base64

import httpx
import pytest

from tests.support.service import Service
from tests.support.visitor import Visitor

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
# They tell what this one request has cost.
OWN = {"x-request-id", "server-timing", "exchange-graph-calls", "age"}
OWN |= {"cache-status"}


@pytest.mark.parametrize(
    "path", [MESSAGES, "/health/live", "/docs", "/problems", "/openapi.json"]
)
async def test_head_tells_what_get_would(
    client: httpx.AsyncClient, path: str
) -> None:
    """All headers are the same, the length among them."""
    got = await client.get(path)
    told = await client.head(path)

    assert told.status_code == got.status_code == 200
    assert told.content == b""
    for name in set(got.headers) - OWN:
        assert told.headers[name] == got.headers[name]


async def test_content_is_not_fetched_for_nobody(service: Service) -> None:
    """A download ends before it begins, and gives its permit back."""
    file = {"name": "a", "content": base64.b64encode(bytes(99)).decode()}
    made = await service.client.post(MESSAGES, json={"attachments": [file]})
    number = made.json()["attachments"][0]["id"]
    place = f"{made.headers['location']}/attachments/{number}/content"
    for _ in range(6):
        told = await service.client.head(place)

    assert told.status_code == 200
    assert told.headers["content-length"] == "99"
    assert told.content == b""


async def test_head_changes_nothing_and_knows_its_routes(
    service: Service,
) -> None:
    """Where nothing can be read there is no HEAD; 304 is one too."""
    listed = await service.client.get(MESSAGES)
    known = await service.client.head(
        MESSAGES, headers={"If-None-Match": listed.headers["etag"]}
    )
    sends = "/v1/mailboxes/ada@contoso.example/sends"
    visitor = Visitor(service=service, path=sends, method="HEAD")
    await visitor.visit()

    assert known.status_code == 304
    assert visitor.status == 405
    assert (b"allow", b"POST") in visitor.messages[0]["headers"]
