"""Who is free when, when all can meet, rooms and people."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.network import Carry
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
FREE_BUSY = f"{ADA}/free-busy"
MEETINGS = f"{ADA}/meeting-times"
EVENTS = f"{ADA}/events"
GRACE = "grace@contoso.example"
BOTH = ["ada@contoso.example", GRACE]
SCHEDULE = "*/getSchedule"


@pytest.fixture
def sandbox() -> Sandbox:
    """A Graph on a Wednesday."""
    return Sandbox(now=datetime(2026, 11, 18, 10, 30, tzinfo=UTC))


def window(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"start": start, "end": end, **more}


# Far from the seeds; a Thursday.
DAY = window("2027-09-16T07:00:00Z", "2027-09-16T17:00:00Z")


async def book(
    client: httpx.AsyncClient, start: str, end: str, **more: Any
) -> None:
    """Put something into Ada's calendar, times in UTC."""
    answer = await client.post(
        EVENTS,
        json={
            "subject": "Taken",
            "start": {"date_time": start, "time_zone": "UTC"},
            "end": {"date_time": end, "time_zone": "UTC"},
            **more,
        },
    )
    assert answer.status_code == 201


async def test_what_is_taken_is_told(client: httpx.AsyncClient) -> None:
    """In the zone asked for, by intervals, with working hours."""
    await book(client, "2027-09-16T09:00:00", "2027-09-16T10:00:00")
    answer = await client.post(
        FREE_BUSY,
        json={
            **DAY,
            "addresses": ["ADA@contoso.example", "ada@contoso.example"],
            "interval": "PT1H",
            "time_zone": "Asia/Kolkata",
        },
    )
    [ada] = answer.json()["items"]

    assert answer.status_code == 200
    assert answer.json()["interval"] == "PT60M"
    assert ada["address"] == "ADA@contoso.example"
    assert ada["problem"] is None
    # At a quarter past nine in Berlin there is a stand-up.
    assert ada["availability"] == ["busy", "free", "busy"] + ["free"] * 7
    [taken] = [one for one in ada["busy"] if one["subject"] == "Taken"]
    assert taken["starts_at"] == "2027-09-16T09:00:00Z"
    assert taken["start"] == {
        "date_time": "2027-09-16T14:30:00",
        "time_zone": "Asia/Kolkata",
    }
    assert taken["status"] == "busy"
    assert ada["working_hours"]["time_zone"] == "Europe/Berlin"


def many(count: int) -> list[str]:
    return [GRACE, *(f"nobody{n}@contoso.example" for n in range(count - 1))]


async def test_a_hundred_are_asked_for_by_twenties(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """In order, each with what is known of it."""
    wanted = many(100)
    answer = await client.post(FREE_BUSY, json={**DAY, "addresses": wanted})
    items = answer.json()["items"]
    asked = [c for c in sandbox.calls if "getSchedule" in c.route]
    again = await client.post(FREE_BUSY, json={**DAY, "addresses": wanted})
    more = await client.post(FREE_BUSY, json={**DAY, "addresses": many(101)})

    assert [one["address"] for one in items] == wanted
    assert items[0]["problem"] is None
    assert {one["problem"]["code"] for one in items[1:]} == {
        "mailbox-not-found"
    }
    assert len(asked) == 5
    assert again.headers["exchange-graph-calls"] == "5"
    assert more.status_code == 422


async def test_one_failure_costs_only_those_asked_for_with_it(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Of a chunk that fails each address has the problem; not of others."""
    wanted = [*many(20), "support@contoso.example"]
    sandbox.faults.add(
        Fault(route=SCHEDULE, nth=1, status=400, code="ErrorMailboxFailed")
    )
    answer = await client.post(FREE_BUSY, json={**DAY, "addresses": wanted})
    codes = [
        one["problem"] and one["problem"]["code"]
        for one in answer.json()["items"]
    ]

    assert answer.status_code == 200
    assert codes in (
        ["graph-error"] * 20 + [None],
        [None] + ["mailbox-not-found"] * 19 + ["graph-error"],
    )


@pytest.mark.parametrize("path", [FREE_BUSY, MEETINGS])
async def test_nothing_is_told_from_before(
    service: Service, sandbox: Sandbox, path: str
) -> None:
    """If Graph tells nothing of anybody, there is no answer; never an old."""
    body: dict[str, Any] = {**DAY, "addresses": BOTH}
    if path is MEETINGS:
        body = {**DAY, "required": BOTH, "duration": "PT1H"}
    first = await service.client.post(path, json=body)
    sandbox.faults.add(Fault(route=SCHEDULE, status=504))
    failed = await service.client.post(path, json=body)
    sandbox.faults.clear()
    sandbox.faults.add(
        Fault(route=SCHEDULE, status=429, retry_after=2, times=1)
    )
    patient = await service.client.post(
        path, json=body, headers={"Idempotency-Key": "k"}
    )

    assert first.status_code == 200
    assert failed.status_code == 504
    assert failed.json()["outcome"] == "not_performed"
    assert patient.status_code == 200
    assert patient.content == first.content
    assert "idempotent-replayed" not in patient.headers


async def test_answers_that_leave_somebody_out(service: Service) -> None:
    """Whom Graph does not mention, or unreadably, is told as such."""

    async def lossy(request: httpx.Request, carry: Carry) -> httpx.Response:
        answer = await carry(request)
        if "getSchedule" not in request.url.path:
            return answer
        content = json.loads(await answer.aread())
        content["value"] = [
            {
                "scheduleId": GRACE.upper(),
                "availabilityView": "0129",
                "scheduleItems": [{"status": "odd", "start": None}],
                "workingHours": 5,
            }
        ]
        return httpx.Response(200, json=content)

    service.network.between = lossy
    answer = await service.client.post(
        FREE_BUSY, json={**DAY, "addresses": BOTH}
    )
    meeting = await service.client.post(
        MEETINGS, json={**DAY, "optional": [GRACE], "duration": "PT1H"}
    )
    ada, grace = answer.json()["items"]

    assert ada["problem"]["code"] == "graph-malformed-response"
    assert grace["is_partial"] is True
    assert grace["availability"] == ["free", "tentative", "busy", "unknown"]
    assert grace["busy"][0]["status"] == "unknown"
    assert grace["working_hours"] is None
    assert {one["confidence"] for one in meeting.json()["items"]} == {49}


@pytest.mark.parametrize(
    "change",
    [
        {"addresses": []},
        {"addresses": ["nobody"]},
        {"end": DAY["start"]},
        {"end": "2027-11-17T07:00:00Z"},
        {"interval": "PT4M"},
        {"interval": "P2D"},
        {"interval": "P"},
        {"interval": 30},
        {"interval": "PT11H"},
        {"time_zone": "Mars/Olympus"},
        {"start": "2027-09-16T07:00:00"},
        {"start": "9999-12-31T10:00:00Z", "end": "9999-12-31T23:59:59Z"},
        {"start": "0001-01-01T00:00:00Z", "end": "0001-01-01T23:00:00Z"},
        {"more": 1},
    ],
)
async def test_wrong_questions_are_refused(
    client: httpx.AsyncClient, sandbox: Sandbox, change: dict[str, Any]
) -> None:
    """What Graph would refuse is refused before it is asked."""
    body = {**DAY, "addresses": [GRACE], **change}
    answer = await client.post(FREE_BUSY, json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("#/body")
    assert sandbox.calls == []


@pytest.mark.parametrize(
    "change",
    [
        {"required": []},
        {"optional": [GRACE.upper()]},
        {"duration": "PT0M"},
        {"duration": "PT25H"},
        {"duration": "PT11H"},
        {"end": "2027-10-18T07:00:00Z"},
        {"max_candidates": 0},
        {"max_candidates": "5"},
        {"optional": many(101)[1:]},
    ],
)
async def test_wrong_meetings_are_refused(
    client: httpx.AsyncClient, sandbox: Sandbox, change: dict[str, Any]
) -> None:
    """Nobody to meet, no time to meet in, too much to look at."""
    body = {**DAY, "required": [GRACE], "duration": "PT1H", **change}
    answer = await client.post(MEETINGS, json=body)

    assert answer.status_code == 422
    assert sandbox.calls == []


async def test_a_time_for_all_is_found(client: httpx.AsyncClient) -> None:
    """Around what is taken, within hours, the likely ones first."""
    await book(client, "2027-09-16T08:00:00", "2027-09-16T10:20:00")
    await book(
        client,
        "2027-09-16T11:30:00",
        "2027-09-16T16:00:00",
        status="tentative",
    )
    answer = await client.post(
        MEETINGS,
        json={
            **DAY,
            "required": BOTH,
            "optional": ["nobody@contoso.example"],
            "duration": "PT45M",
            "time_zone": "Europe/Berlin",
            "max_candidates": 3,
        },
    )
    found = answer.json()

    assert [one["starts_at"] for one in found["items"]] == [
        "2027-09-16T10:30:00Z",
        "2027-09-16T11:15:00Z",
        "2027-09-16T12:00:00Z",
    ]
    assert [one["confidence"] for one in found["items"]] == [83, 66, 66]
    assert found["items"][0]["start"] == {
        "date_time": "2027-09-16T12:30:00",
        "time_zone": "Europe/Berlin",
    }
    ada, grace, nobody = found["items"][2]["attendees"]
    assert ada["availability"] == "tentative"
    assert grace["in_working_hours"] is True
    assert nobody == {
        "address": "nobody@contoso.example",
        "kind": "optional",
        "availability": "unknown",
        "in_working_hours": None,
    }
    [unknown] = found["unknown"]
    assert unknown["problem"]["code"] == "mailbox-not-found"


async def test_the_night_is_free_for_who_asks(
    client: httpx.AsyncClient,
) -> None:
    """Out of working hours only if that is asked for."""
    night = window("2027-09-16T20:00:00Z", "2027-09-17T04:00:00Z")
    body = {**night, "required": BOTH, "duration": "PT1H"}
    nothing = await client.post(MEETINGS, json=body)
    found = await client.post(
        MEETINGS, json={**body, "in_working_hours": False}
    )

    assert nothing.json()["items"] == []
    assert len(found.json()["items"]) == 8


async def test_rooms_are_listed_and_outlive_graph(
    service: Service, sandbox: Sandbox
) -> None:
    """By building and least capacity, page by page, of each tenant."""
    client = service.client
    rooms = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await client.get("/v1/rooms", params=params)).json()
        rooms += page["items"]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    large = await client.get("/v1/rooms", params={"capacity": 10})
    building = rooms[0]["building"]
    there = await client.get("/v1/rooms", params={"building": building})
    none = await client.get("/v1/rooms", params={"building": "O'Hara"})
    theirs = await client.get(
        "/v1/rooms", headers={"Exchange-Tenant": "fabrikam"}
    )
    wrong = await client.get("/v1/rooms", params={"capacity": "many"})
    await service.clock.sleep(3600)
    sandbox.faults.add(Fault(route="/places/*", status=503))
    stale = await client.get("/v1/rooms", params={"capacity": 10})

    known = {one["id"]: one for one in rooms}
    assert len(known) == len(rooms) > 2
    assert {one["id"] for one in large.json()["items"]} == {
        one["id"] for one in rooms if one["capacity"] >= 10
    }
    assert {one["building"] for one in there.json()["items"]} == {building}
    assert none.json()["items"] == []
    assert theirs.json()["items"] == []
    assert wrong.status_code == 422
    assert stale.headers["exchange-freshness"] == "stale"
    assert stale.json() == large.json()


async def test_a_room_s_time_is_told(client: httpx.AsyncClient) -> None:
    """Its address is good for free-busy."""
    [room] = (await client.get("/v1/rooms", params={"limit": 1})).json()[
        "items"
    ]
    answer = await client.post(
        FREE_BUSY, json={**DAY, "addresses": [room["address"]]}
    )

    assert answer.json()["items"][0]["problem"] is None


async def test_people_are_found_by_what_is_typed(
    service: Service, sandbox: Sandbox
) -> None:
    """The closest first; searched among those that Graph finds relevant."""
    client = service.client
    people = f"{ADA}/people"
    first = await client.get(people, params={"limit": 20})
    rest = await client.get(
        people, params={"limit": 20, "cursor": first.json()["next_cursor"]}
    )
    found = await client.get(people, params={"query": "OKA gra"})
    typed = await client.get(people, params={"query": "o'sh"})
    address = await client.get(people, params={"query": "noa@litware"})
    calls = len(sandbox.calls)
    again = await client.get(people, params={"query": "gra", "limit": 1})
    nothing = await client.get(people, params={"query": "***"})
    known = await client.get(
        people,
        params={"query": "gra", "limit": 1},
        headers={"If-None-Match": again.headers["etag"]},
    )

    names = [
        one["display_name"]
        for page in (first, rest)
        for one in page.json()["items"]
    ]
    assert len(set(names)) == len(names) == 40
    assert first.json()["items"][0]["kind"] == "colleague"
    assert [p["display_name"] for p in found.json()["items"]] == [
        "Grace Okafor"
    ]
    assert [p["display_name"] for p in typed.json()["items"]] == [
        "Fiona O'Shea"
    ]
    assert [p["emails"] for p in address.json()["items"]] == [
        ["noa@litware.example"]
    ]
    assert len(sandbox.calls) == calls
    assert len(again.json()["items"]) == 1
    assert nothing.status_code == 422
    assert known.status_code == 304


def test_the_day_is_a_thursday() -> None:
    """The tests above need a day on which people work."""
    day = datetime.fromisoformat(DAY["start"])

    assert day.strftime("%A") == "Thursday"
    assert timedelta() < datetime.fromisoformat(DAY["end"]) - day
