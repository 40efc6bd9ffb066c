"""Settings and automatic replies, over the whole service."""

from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
GRACE = "/v1/mailboxes/grace@contoso.example"
SETTINGS = f"{ADA}/settings"
REPLIES = f"{ADA}/automatic-replies"
ROUTE = "/users/{mailbox}/mailboxSettings*"
HOURS = {
    "days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    "start": "08:00:00",
    "end": "17:00:00",
    "time_zone": "Europe/Berlin",
}
AWAY = {
    "status": "scheduled",
    "audience": "contacts",
    "internal_message": "<p>Ask <b>Grace</b>.</p>",
    "external_message": "<p>Back soon.</p>",
    "start": "2030-12-23T18:00:00+01:00",
    "end": "2031-01-07T08:00:00Z",
}


def writes(sandbox: Sandbox) -> int:
    """Return how many changes Graph was asked for."""
    return sum(call.method == "PATCH" for call in sandbox.calls)


async def test_settings_are_told_in_names_that_all_know(
    client: httpx.AsyncClient,
) -> None:
    """Zones by their IANA names, times of day without decimals."""
    answer = await client.get(SETTINGS)
    again = await client.get(
        SETTINGS, headers={"If-None-Match": answer.headers["etag"]}
    )

    assert answer.json() == {
        "time_zone": "Europe/Berlin",
        "language": "en-GB",
        "date_format": "yyyy-MM-dd",
        "time_format": "HH:mm",
        "working_hours": HOURS,
    }
    assert again.status_code == 304


async def test_settings_are_patched(client: httpx.AsyncClient) -> None:
    """What is left out stays, inside of the working hours too."""
    changed = await client.patch(
        SETTINGS,
        json={
            "time_zone": "Europe/Vienna",
            "language": "de-AT",
            "date_format": "dd.MM.yyyy",
            "time_format": "H:mm",
            "working_hours": {
                "days": ["monday", "friday", "monday"],
                "start": "09:30",
                "time_zone": "Asia/Kolkata",
            },
        },
        headers={"Content-Type": "application/merge-patch+json"},
    )
    read = await client.get(SETTINGS)
    profile = await client.get(ADA)

    assert changed.status_code == 200
    assert changed.json() == {
        "time_zone": "Europe/Vienna",
        "language": "de-AT",
        "date_format": "dd.MM.yyyy",
        "time_format": "H:mm",
        "working_hours": {
            "days": ["monday", "friday"],
            "start": "09:30:00",
            "end": "17:00:00",
            "time_zone": "Asia/Kolkata",
        },
    }
    assert read.json() == changed.json()
    assert read.headers["etag"] == changed.headers["etag"]
    assert profile.json()["time_zone"] == "Europe/Vienna"
    assert profile.json()["language"] == "de-AT"


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("settings", {"time_zone": "Middle/Earth"}, "#/body/time_zone"),
        ("settings", {"time_zone": None}, "#/body/time_zone"),
        ("settings", {"language": "english"}, "#/body/language"),
        ("settings", {"date_format": ""}, "#/body/date_format"),
        ("settings", {"colour": "red"}, "#/body/colour"),
        ("settings", {}, "#/body"),
        ("settings", {"working_hours": None}, "#/body/working_hours"),
        ("settings", {"working_hours": {}}, "#/body/working_hours"),
        (
            "settings",
            {"working_hours": {"start": "9:30"}},
            "#/body/working_hours/start",
        ),
        (
            "settings",
            {"working_hours": {"start": "09:30", "end": "09:30:00"}},
            "#/body/working_hours",
        ),
        (
            "settings",
            {"working_hours": {"days": ["someday"]}},
            "#/body/working_hours/days/0",
        ),
        ("automatic-replies", {"status": "on"}, "#/body/status"),
        ("automatic-replies", {}, "#/body/status"),
        ("automatic-replies", {"status": "scheduled"}, "#/body"),
        (
            "automatic-replies",
            {**AWAY, "end": "2030-12-23T17:00:00Z"},
            "#/body",
        ),
        ("automatic-replies", {**AWAY, "status": "enabled"}, "#/body"),
        ("automatic-replies", {**AWAY, "start": "soon"}, "#/body/start"),
        (
            "automatic-replies",
            {**AWAY, "start": "0001-01-01T00:00:00Z"},
            "#/body/start",
        ),
        ("automatic-replies", {**AWAY, "to": "all"}, "#/body/to"),
    ],
)
async def test_what_cannot_be_is_refused(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    path: str,
    body: Any,
    pointer: str,
) -> None:
    """422 tells where it is wrong, and Graph is not asked."""
    method = "PATCH" if path == "settings" else "PUT"
    answer = await client.request(method, f"{ADA}/{path}", json=body)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid-request"
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert writes(sandbox) == 0


async def test_what_exchange_refuses_is_invalid_too(
    client: httpx.AsyncClient,
) -> None:
    """Values that only Exchange can judge are 422, and nothing changed."""
    late = await client.patch(
        SETTINGS, json={"working_hours": {"start": "18:00"}}
    )
    past = await client.put(
        REPLIES,
        json={
            **AWAY,
            "start": "2001-01-01T00:00:00Z",
            "end": "2001-01-02T00:00:00Z",
        },
    )
    read = await client.get(SETTINGS)

    for answer in (late, past):
        assert answer.status_code == 422
        assert answer.json()["outcome"] == "not_performed"
    assert read.json()["working_hours"] == HOURS


async def test_automatic_replies_are_put(client: httpx.AsyncClient) -> None:
    """As they were put they are read; what was left out is reset."""
    before = await client.get(REPLIES)
    scheduled = await client.put(REPLIES, json=AWAY)
    again = await client.put(REPLIES, json=scheduled.json())
    enabled = await client.put(
        REPLIES, json={"status": "enabled", "internal_message": "Away."}
    )

    assert before.json()["status"] == "disabled"
    assert before.json()["start"] is None
    assert scheduled.json() == {**AWAY, "start": "2030-12-23T17:00:00Z"}
    assert again.json() == scheduled.json()
    assert again.headers["etag"] == scheduled.headers["etag"]
    assert enabled.json() == {
        "status": "enabled",
        "audience": "none",
        "internal_message": "Away.",
        "external_message": "",
        "start": None,
        "end": None,
    }


async def test_scheduled_replies_are_seeded(client: httpx.AsyncClient) -> None:
    """Grace is away from some Monday on for two weeks."""
    answer = await client.get(f"{GRACE}/automatic-replies")
    replies = answer.json()

    assert replies["status"] == "scheduled"
    assert replies["audience"] == "contacts"
    assert replies["start"] < replies["end"]
    assert "<p>I am on leave." in replies["internal_message"]
    assert "<html" not in replies["internal_message"]


async def test_messages_are_safe_and_lose_nothing(
    client: httpx.AsyncClient,
) -> None:
    """Scripts are gone, images held back, and the latter put back."""
    image = '<img src="https://contoso.example/logo.png">'
    body = {
        "status": "enabled",
        "internal_message": f"<p onclick='x()'>H</p><script>1</script>{image}",
    }
    shown = (await client.put(REPLIES, json=body)).json()
    again = (await client.put(REPLIES, json=shown)).json()

    message = shown["internal_message"]
    assert "script" not in message
    assert "onclick" not in message
    assert 'data-remote-src="https://contoso.example/logo.png"' in message
    assert again == shown


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", SETTINGS, {"time_format": "H:mm"}),
        ("PUT", REPLIES, {"status": "enabled"}),
    ],
)
async def test_changes_can_be_conditional(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    method: str,
    path: str,
    body: Any,
) -> None:
    """The entity tag of the last reading lets pass, an older one does not."""
    tag = (await client.get(path)).headers["etag"]
    first = await client.request(
        method, path, json=body, headers={"If-Match": tag}
    )
    second = await client.request(
        method, path, json=body, headers={"If-Match": tag}
    )

    assert first.status_code == 200
    assert second.status_code == 412
    assert second.json()["code"] == "precondition-failed"
    assert writes(sandbox) == 1


async def test_a_change_survives_what_graph_does(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Throttled, and then lost on the way back: repeated, and once there."""
    sandbox.faults.add(
        Fault(route=ROUTE, method="PATCH", status=429, retry_after=2, times=1)
    )
    sandbox.faults.add(
        Fault(
            route=ROUTE,
            method="PATCH",
            nth=2,
            times=1,
            status=504,
            after_work=True,
        )
    )
    answer = await client.put(REPLIES, json=AWAY)

    assert answer.status_code == 200
    assert answer.json()["status"] == "scheduled"
    assert writes(sandbox) == 3


async def test_the_outcome_of_a_failed_change_is_true(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Unknown if Graph never said, performed if only the look failed."""
    fault = sandbox.faults.add(
        Fault(route=ROUTE, method="PATCH", status=504, after_work=True)
    )
    unknown = await client.patch(SETTINGS, json={"time_format": "H:mm"})
    sandbox.faults.clear()
    sandbox.faults.add(Fault(route=ROUTE, method="GET", status=503))
    unseen = await client.patch(SETTINGS, json={"time_format": "HH:mm"})

    assert fault is not None
    assert unknown.status_code == 504
    assert unknown.json()["outcome"] == "unknown"
    assert unseen.status_code == 503
    assert unseen.json()["outcome"] == "performed"


async def test_old_answers_stand_in(service: Service) -> None:
    """Settings for a day, automatic replies for an hour."""
    client = service.client
    for path in (SETTINGS, REPLIES):
        await client.get(path)
    service.network.down = True
    await service.clock.sleep(3500)
    young = [await client.get(path) for path in (SETTINGS, REPLIES)]
    await service.clock.sleep(600)
    old = [await client.get(path) for path in (SETTINGS, REPLIES)]

    assert [answer.status_code for answer in young] == [200, 200]
    assert {a.headers["exchange-freshness"] for a in young} == {"stale"}
    assert [answer.status_code for answer in old] == [200, 503]
