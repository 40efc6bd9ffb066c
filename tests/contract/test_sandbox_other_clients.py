"""What other clients of Graph rely on, and the documentation does not say."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.contract.conftest import ADA

pytestmark = pytest.mark.anyio

EVENT = {
    "subject": "Planning",
    "start": {"dateTime": "2031-03-10T09:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2031-03-10T10:00:00", "timeZone": "UTC"},
}
NAME = "Boolean {00020329-0000-0000-C000-000000000046} Name DoNotForward"


async def made(graph: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await graph.post(f"{ADA}/events", json=EVENT | more)
    event: dict[str, Any] = answer.raise_for_status().json()
    return event


async def test_booleans_may_be_text(graph: httpx.AsyncClient) -> None:
    """python-o365 writes "false"; Microsoft's OData library takes that."""
    event = await made(graph, isOnlineMeeting="false", isReminderOn="True")

    assert event["isOnlineMeeting"] is False
    assert event["isReminderOn"] is True


async def test_not_every_text_is_a_boolean(graph: httpx.AsyncClient) -> None:
    """What is neither true nor false is refused."""
    answer = await graph.post(
        f"{ADA}/events", json=EVENT | {"isReminderOn": "yes"}
    )

    assert answer.status_code == 400


async def test_events_have_extended_properties(
    graph: httpx.AsyncClient,
) -> None:
    """They are shown to those who expand them by their id."""
    pair = {"id": NAME, "value": "true"}
    event = await made(graph, singleValueExtendedProperties=[pair])
    answer = await graph.get(
        f"{ADA}/events/{quote(event['id'], safe='')}",
        params={
            "$expand": f"singleValueExtendedProperties($filter=id eq '{NAME}')"
        },
    )

    assert "singleValueExtendedProperties" not in event
    assert answer.json()["singleValueExtendedProperties"] == [pair]
