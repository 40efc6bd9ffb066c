"""Events that tests and people put into the sandbox's calendars."""

from typing import Any

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import IMMUTABLE
from tests.support.calendars import HAVEL_ADDRESS, VIEW, event_url, rule, when

pytestmark = pytest.mark.anyio

START = when("2031-03-10T09:00:00", "Europe/Berlin")
END = when("2031-03-10T10:00:00", "Europe/Berlin")


async def test_an_event_is_put_into_a_calendar(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """It is what was said, even what Graph would refuse."""
    mine = sandbox.plan(
        HAVEL_ADDRESS,
        start=START,
        end=END,
        showAs="unknownFutureValue",
        organizer=None,
        body="Hello",
    )

    shown = (await graph.get(event_url(mine), headers=IMMUTABLE)).json()

    assert shown["id"] == mine
    assert (shown["showAs"], shown["organizer"]) == (
        "unknownFutureValue",
        None,
    )
    assert shown["start"] == when("2031-03-10T08:00:00.0000000")
    assert shown["bodyPreview"] == "Hello"
    assert [one["id"] for one in sandbox.events(HAVEL_ADDRESS)] == [mine]


async def test_a_series_is_put_into_a_calendar(
    control: httpx.AsyncClient, sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """The control API does the same, with a rule as well."""
    answer = await control.post(
        f"/mailboxes/{HAVEL_ADDRESS}/events",
        json={
            "start": START,
            "end": END,
            "recurrence": rule("2031-03-10", "daily"),
        },
    )

    window = "startDateTime=2031-03-10&endDateTime=2031-03-15"
    shown = await graph.get(f"{VIEW}?{window}")

    assert answer.status_code == 201
    assert len(shown.json()["value"]) == 5
    assert sandbox.events(HAVEL_ADDRESS)[0]["id"] == answer.json()["id"]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"colour": "red"}, id="unknown"),
        pytest.param({"type": "occurrence"}, id="made"),
        pytest.param({"start": when("noon")}, id="no-time"),
        pytest.param({"end": when("2031-03-10", "Nowhere")}, id="no-zone"),
    ],
)
async def test_wrong_events_are_told_plainly(
    control: httpx.AsyncClient, sandbox: Sandbox, given: dict[str, Any]
) -> None:
    """What is no event is 400, and none is made."""
    answer = await control.post(
        f"/mailboxes/{HAVEL_ADDRESS}/events",
        json={"start": START, "end": END, **given},
    )

    assert answer.status_code == 400
    assert sandbox.events(HAVEL_ADDRESS) == []
