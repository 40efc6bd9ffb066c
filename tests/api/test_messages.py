"""Messages, over the whole service."""

import httpx
import pytest

from app.sandbox import Sandbox

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"


async def test_pages_follow_to_the_end(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Following the cursor shows every message of a folder once."""
    seen: list[str] = []
    query: dict[str, str | int] = {"folder": "inbox", "limit": 40}
    while True:
        page = await client.get(f"{ADA}/messages", params=query)
        seen += [item["id"] for item in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
        query["cursor"] = cursor
    folder = await client.get(f"{ADA}/folders/inbox")

    assert len(seen) == folder.json()["total_count"] > 200
    assert len(set(seen)) == len(seen)
