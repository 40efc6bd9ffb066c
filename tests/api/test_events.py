"""Events, over the whole service."""

from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
EVENTS = f"{ADA}/events"
WINDOW = {"start": "2027-02-01", "end": "2027-02-08"}
CREATE = "/users/{mailbox}/events"
ONE = "/users/{mailbox}/events/{id}"
NINE = {"date_time": "2027-02-01T09:00:00", "time_zone": "Europe/Berlin"}
TEN = {"date_time": "2027-02-01T10:00:00", "time_zone": "Europe/Berlin"}
LIVE = {"Cache-Control": "no-cache"}


def meeting(**members: Any) -> dict[str, Any]:
    return {"subject": "Quartz", "start": NINE, "end": TEN, **members}


async def made(client: httpx.AsyncClient, **members: Any) -> dict[str, Any]:
    """Write an event of Ada's."""
    answer = await client.post(EVENTS, json=meeting(**members))
    assert answer.status_code == 201, answer.text
    event: dict[str, Any] = answer.json()
    return event


async def listed(
    client: httpx.AsyncClient, **query: Any
) -> list[dict[str, Any]]:
    """Follow the cursor to the end of a list of what takes place."""
    found: list[dict[str, Any]] = []
    params = {**WINDOW, "limit": 100, **query}
    while True:
        page = await client.get(EVENTS, params=params, headers=LIVE)
        assert page.status_code == 200, page.text
        found += page.json()["items"]
        if page.json()["next_cursor"] is None:
            return found
        params["cursor"] = page.json()["next_cursor"]


async def quartz(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Return the events that a test has written."""
    return await listed(client, query="quartz")


async def test_an_event_is_written_and_read(
    client: httpx.AsyncClient,
) -> None:
    """What was said comes back, and the answer tells where it is."""
    answer = await client.post(
        EVENTS,
        json=meeting(
            body={"format": "html", "content": "<p onclick=x()>Agenda</p>"},
            location={"name": "Kepler", "address": {"city": "Berlin"}},
            attendees=[
                {"address": "grace@contoso.example", "type": "optional"}
            ],
            status="tentative",
            sensitivity="private",
            importance="high",
            reminder_minutes=5,
            categories=["Aurora"],
            is_online=True,
            allows_proposals=False,
        ),
    )
    event = answer.json()
    read = await client.get(answer.headers["location"])
    calendars = await client.get(f"{ADA}/calendars")

    assert answer.status_code == 201
    assert answer.headers["etag"] == event["etag"]
    assert read.json() == event
    assert event["kind"] == "single"
    assert event["start"] == NINE
    assert event["end"] == TEN
    assert event["starts_at"] == "2027-02-01T08:00:00Z"
    assert event["time_zone"] == "Europe/Berlin"
    assert "onclick" not in event["body"]["content"]
    assert event["location"]["name"] == "Kepler"
    assert event["location"]["address"]["city"] == "Berlin"
    assert event["organizer"]["address"] == "ada@contoso.example"
    assert event["is_organizer"] is True
    assert event["my_response"] == "organizer"
    [grace] = event["attendees"]
    assert (grace["type"], grace["response"]) == ("optional", "none")
    assert (event["status"], event["sensitivity"]) == ("tentative", "private")
    assert (event["importance"], event["reminder_minutes"]) == ("high", 5)
    assert event["categories"] == ["Aurora"]
    assert event["is_online"] is True
    assert event["join_url"].startswith("https://")
    assert event["allows_proposals"] is False
    default = next(c for c in calendars.json()["items"] if c["is_default"])
    assert event["calendar_id"] == default["id"]


async def test_forms_of_an_event_have_tags_of_their_own(
    client: httpx.AsyncClient,
) -> None:
    """By body and by zone; each may be asked for again at no cost."""
    event = await made(client)
    place = f"{EVENTS}/{event['id']}"
    forms: list[dict[str, str]] = [
        {},
        {"body": "text"},
        {"body": "none"},
        {"time_zone": "Asia/Kolkata"},
        {"time_zone": "America/New_York", "body": "text"},
    ]
    answers = [await client.get(place, params=form) for form in forms]
    tags = [answer.headers["etag"] for answer in answers]
    again = [
        await client.get(place, params=form, headers={"If-None-Match": tag})
        for form, tag in zip(forms, tags, strict=True)
    ]
    changed = await client.patch(
        place, json={"subject": "Quartz 2"}, headers={"If-Match": tags[-1]}
    )

    assert len(set(tags)) == len(forms)
    assert [answer.status_code for answer in again] == [304] * len(forms)
    assert answers[1].json()["body"]["format"] == "text"
    assert answers[2].json()["body"] is None
    assert answers[3].json()["start"] == {
        "date_time": "2027-02-01T13:30:00",
        "time_zone": "Asia/Kolkata",
    }
    assert answers[3].json()["time_zone"] == "Europe/Berlin"
    assert changed.status_code == 200


async def test_pages_follow_to_the_end(client: httpx.AsyncClient) -> None:
    """Everything in a window, once, in the order of its start."""
    window = {"start": "2026-11-01", "end": "2026-12-01"}
    whole = await listed(client, **window)
    paged = await listed(client, **window, limit=7)
    one = await client.get(EVENTS, params={**window, "limit": 7})
    cursor = one.json()["next_cursor"]
    stray = [
        await client.get(EVENTS, params={**window, "limit": 7, **other})
        for other in (
            {"cursor": cursor, "time_zone": "Asia/Kolkata"},
            {"cursor": cursor, "query": "a"},
            {"cursor": cursor, "end": "2026-12-02"},
        )
    ]

    assert len(whole) > 20
    assert [e["id"] for e in paged] == [e["id"] for e in whole]
    starts = [e["starts_at"] for e in whole if e["starts_at"]]
    assert starts == sorted(starts)
    assert {answer.status_code for answer in stray} == {400}
    assert one.headers["etag"]
    assert 'rel="next"' in one.headers["link"]


async def test_subjects_are_searched(client: httpx.AsyncClient) -> None:
    """Part of it, whatever it contains."""
    await made(client, subject="O'Brien's 100% (plan) & so on")
    await made(client, subject="Other")

    for part in ("o'brien", "100% (plan) &"):
        [found] = await listed(client, query=part)
        assert found["subject"].startswith("O'Brien")
    assert await listed(client, query="no such words") == []


async def test_calendars_are_kept_apart(client: httpx.AsyncClient) -> None:
    """An event lies in one, and is listed there alone."""
    calendar = await client.post(
        f"{ADA}/calendars", json={"name": "Conferences"}
    )
    own = calendar.json()["id"]
    event = await made(client, calendar_id=own)

    [found] = await listed(client, calendar=own)
    assert found["id"] == event["id"]
    assert found["calendar_id"] == event["calendar_id"] == own
    assert await quartz(client) == []


async def test_a_series_its_occurrences_and_one_of_them(
    client: httpx.AsyncClient,
) -> None:
    """Changed as a whole, one by itself, ended, and made single."""
    series = await made(
        client, recurrence={"rrule": "FREQ=DAILY;COUNT=5"}, end=TEN
    )
    place = f"{EVENTS}/{series['id']}"
    instances = await client.get(f"{place}/instances", params=WINDOW)
    second = instances.json()["items"][1]
    moved = await client.patch(
        f"{EVENTS}/{second['id']}",
        json={
            "start": {**NINE, "date_time": "2027-02-02T11:00:00"},
            "end": {**NINE, "date_time": "2027-02-02T12:00:00"},
        },
    )
    whole = await client.patch(place, json={"subject": "Quartz daily"})
    seen = await quartz(client)
    shorter = await client.patch(
        place,
        json={
            "recurrence": {
                "pattern": {"type": "daily", "interval": 2},
                "range": {"type": "numbered", "count": 2},
            }
        },
    )
    fewer = await quartz(client)
    single = await client.patch(place, json={"recurrence": None})
    last = await quartz(client)

    assert series["recurrence"]["rrule"] == "FREQ=DAILY;COUNT=5"
    assert {e["series_id"] for e in instances.json()["items"]} == {
        series["id"]
    }
    assert {e["calendar_id"] for e in instances.json()["items"]} == {
        series["calendar_id"]
    }
    assert moved.json()["kind"] == "exception"
    assert moved.json()["original_start_at"] == "2027-02-02T08:00:00Z"
    assert whole.json()["subject"] == "Quartz daily"
    assert [e["kind"] for e in seen] == [
        *("occurrence", "exception", "occurrence"),
        *("occurrence", "occurrence"),
    ]
    assert shorter.json()["recurrence"]["rrule"] == (
        "FREQ=DAILY;INTERVAL=2;COUNT=2"
    )
    assert [e["starts_at"] for e in fewer] == [
        "2027-02-01T08:00:00Z",
        "2027-02-03T08:00:00Z",
    ]
    assert single.json()["kind"] == "single"
    assert single.json()["recurrence"] is None
    assert [e["id"] for e in last] == [series["id"]]


async def test_a_series_moves_to_another_day(
    client: httpx.AsyncClient,
) -> None:
    """Its rule begins with it."""
    series = await made(client, recurrence={"rrule": "FREQ=DAILY;COUNT=2"})
    answer = await client.patch(
        f"{EVENTS}/{series['id']}",
        json={
            "start": {**NINE, "date_time": "2027-02-03T09:00:00"},
            "end": {**NINE, "date_time": "2027-02-03T10:00:00"},
        },
    )

    assert answer.json()["recurrence"]["range"]["start_date"] == "2027-02-03"
    assert [e["start"]["date_time"][:10] for e in await quartz(client)] == [
        "2027-02-03",
        "2027-02-04",
    ]


async def test_times_become_days_and_days_times(
    client: httpx.AsyncClient,
) -> None:
    """Both ends at once; a day more keeps the zone of the days."""
    event = await made(client)
    place = f"{EVENTS}/{event['id']}"
    days = await client.patch(
        place,
        json={
            "start": {"date": "2027-02-02"},
            "end": {"date": "2027-02-03"},
            "time_zone": "Europe/Berlin",
        },
    )
    longer = await client.patch(place, json={"end": {"date": "2027-02-05"}})
    again = await client.patch(place, json={"start": NINE, "end": TEN})

    assert days.json()["is_all_day"] is True
    assert days.json()["end"] == {"date": "2027-02-03"}
    assert longer.json()["start"] == {"date": "2027-02-02"}
    assert longer.json()["end"] == {"date": "2027-02-05"}
    assert longer.json()["time_zone"] == "Europe/Berlin"
    assert again.json()["is_all_day"] is False
    assert again.json()["start"] == NINE


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"end": {**NINE, "date_time": "2027-02-01T08:00:00"}}, "#/body/end"),
        ({"start": {"date": "2027-02-01"}}, "#/body/start"),
        ({"start": None}, "#/body/start"),
        ({"time_zone": "Asia/Kolkata"}, "#/body/time_zone"),
        (
            {"recurrence": {"rrule": "FREQ=MONTHLY;BYMONTHDAY=31"}},
            "#/body/recurrence/rrule",
        ),
        ({"is_cancelled": True}, "#/body/is_cancelled"),
        ({}, "#/body"),
    ],
)
async def test_a_wrong_change_changes_nothing(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    patch: dict[str, Any],
    pointer: str,
) -> None:
    """It is pointed at, and Graph is not asked to."""
    event = await made(client)
    answer = await client.patch(f"{EVENTS}/{event['id']}", json=patch)
    after = await client.get(f"{EVENTS}/{event['id']}", headers=LIVE)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert answer.json()["outcome"] == "not_performed"
    assert after.json() == event
    assert not any(call.method == "PATCH" for call in sandbox.calls)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (meeting(end=NINE | {"time_zone": "Asia/Tokyo"}), "#/body/end"),
        (meeting(start=TEN, end=NINE), "#/body/end"),
        (meeting(recurrence={"rrule": "nonsense"}), "#/body/recurrence/rrule"),
        (meeting(time_zone="UTC"), "#/body/time_zone"),
        ({"subject": "Quartz", "end": TEN}, "#/body/start"),
        (meeting(colour="red"), "#/body/colour"),
    ],
)
async def test_a_wrong_event_is_not_written(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    body: dict[str, Any],
    pointer: str,
) -> None:
    """It is pointed at, and Graph is not asked to."""
    answer = await client.post(EVENTS, json=body)

    assert answer.status_code == 422
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == [pointer]
    assert not sandbox.calls


@pytest.mark.parametrize(
    "query",
    [
        {"start": "2027-02-01"},
        {"start": "2027-02-08", "end": "2027-02-01"},
        {**WINDOW, "time_zone": "Berlin"},
        {**WINDOW, "tz": "Europe/Berlin"},
        {**WINDOW, "limit": "0"},
    ],
)
async def test_wrong_windows_are_refused(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    """With the parameter that is wrong."""
    answer = await client.get(EVENTS, params=query)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("#/query/")


async def test_what_exchange_refuses_is_told(
    client: httpx.AsyncClient,
) -> None:
    """An occurrence cannot pass the next one, nor a single event repeat."""
    series = await made(client, recurrence={"rrule": "FREQ=DAILY;COUNT=3"})
    place = f"{EVENTS}/{series['id']}/instances"
    first = (await client.get(place, params=WINDOW)).json()["items"][0]
    crossing = await client.patch(
        f"{EVENTS}/{first['id']}",
        json={
            "start": {**NINE, "date_time": "2027-02-03T11:00:00"},
            "end": {**NINE, "date_time": "2027-02-03T12:00:00"},
        },
    )
    nowhere = await client.get(f"{EVENTS}/AAMkNone=")
    no_series = await client.get(
        f"{EVENTS}/{first['id']}/instances", params=WINDOW
    )

    assert crossing.status_code == 409
    assert crossing.json()["outcome"] == "not_performed"
    assert nowhere.json()["code"] == "item-not-found"
    assert no_series.status_code == 409


async def test_conditions_of_changes(
    client: httpx.AsyncClient,
) -> None:
    """Another tag than the event's, or one that is none, is refused."""
    event = await made(client)
    place = f"{EVENTS}/{event['id']}"
    old = {"If-Match": event["etag"]}
    first = await client.patch(place, json={"subject": "A"}, headers=old)
    second = await client.patch(place, json={"subject": "B"}, headers=old)
    gone = await client.delete(place, headers=old)
    foreign = await client.delete(place, headers={"If-Match": 'W/"x"'})
    new = await client.delete(
        place, headers={"If-Match": first.headers["etag"]}
    )
    after = await client.get(place, headers=LIVE)

    assert first.status_code == 200
    assert first.headers["etag"] != event["etag"]
    assert [second.status_code, gone.status_code] == [412, 412]
    assert foreign.status_code == 412
    assert new.status_code == 204
    assert after.status_code == 404


async def test_an_occurrence_is_deleted_alone(
    client: httpx.AsyncClient,
) -> None:
    """The others stay; deleting the series takes all of them."""
    series = await made(client, recurrence={"rrule": "FREQ=DAILY;COUNT=3"})
    first = (await quartz(client))[0]
    one = await client.delete(f"{EVENTS}/{first['id']}")
    left = await quartz(client)
    rest = await client.delete(f"{EVENTS}/{series['id']}")

    assert [one.status_code, rest.status_code] == [204, 204]
    assert len(left) == 2
    assert await quartz(client) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 504, "after_work": True},
        {"reset": "after"},
        {"reset": "before"},
        {"status": 503},
        {"status": 429, "retry_after": 2},
        {"status": 500, "after_work": True},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
async def test_an_event_is_written_once(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: dict[str, Any]
) -> None:
    """Whatever Graph answers, and though it is asked again."""
    sandbox.faults.add(Fault(method="POST", route=CREATE, times=1, **fault))
    answer = await client.post(EVENTS, json=meeting())

    assert answer.status_code == 201, answer.text
    [found] = await quartz(client)
    assert found["id"] == answer.json()["id"]


async def test_an_event_in_doubt_is_found_by_its_key(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """The first request is given up; the next one with its key finds out."""
    fault = sandbox.faults.add(
        Fault(method="POST", route=CREATE, hang=True, after_work=True)
    )
    headers = {"Idempotency-Key": "k", "Prefer": "wait=3"}
    first = await client.post(EVENTS, json=meeting(), headers=headers)
    sandbox.faults.remove(fault)
    second = await client.post(EVENTS, json=meeting(), headers=headers)
    third = await client.post(EVENTS, json=meeting(), headers=headers)
    other = await client.post(
        EVENTS, json=meeting(subject="Quartz B"), headers=headers
    )

    assert first.status_code == 504
    assert first.json()["outcome"] == "unknown"
    assert second.status_code == third.status_code == 201
    assert third.headers["idempotent-replayed"] == "true"
    assert second.json()["id"] == third.json()["id"]
    assert other.json()["code"] == "idempotency-key-reused"
    assert len(await quartz(client)) == 1


async def test_an_event_that_is_there_by_an_unknown_id(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Graph says that it was made before, and not which one it is."""
    code = "ErrorDuplicateTransactionId"
    sandbox.faults.add(
        Fault(method="POST", route=CREATE, status=400, code=code)
    )
    answer = await client.post(EVENTS, json=meeting())

    assert answer.status_code == 409
    assert answer.json()["outcome"] == "performed"


async def test_other_conflicts_are_told(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """As what they are: nothing was done."""
    sandbox.faults.add(
        Fault(
            method="POST",
            route=CREATE,
            status=400,
            code="ErrorOccurrenceTimeSpanTooBig",
        )
    )
    answer = await client.post(EVENTS, json=meeting())

    assert answer.status_code == 409
    assert answer.json()["outcome"] == "not_performed"


async def test_a_change_in_doubt_that_nobody_can_look_at(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """The tag is another one, perhaps because of this change."""
    event = await made(client)
    sandbox.faults.add(
        Fault(method="PATCH", route=ONE, reset="after", times=1)
    )
    sandbox.faults.add(Fault(method="GET", route=ONE, status=500))
    answer = await client.patch(
        f"{EVENTS}/{event['id']}",
        json={"subject": "Quartz 2"},
        headers={"If-Match": event["etag"]},
    )

    assert answer.status_code == 412
    assert answer.json()["outcome"] == "unknown"


async def test_without_a_key_each_event_is_new(
    client: httpx.AsyncClient,
) -> None:
    """The same again is another one."""
    await made(client)
    await made(client)

    assert len(await quartz(client)) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 504, "after_work": True},
        {"reset": "after"},
        {"status": 429, "retry_after": 1},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
async def test_changes_whose_answer_is_lost_are_done(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: dict[str, Any]
) -> None:
    """A change with its condition, and a deletion."""
    event = await made(client)
    place = f"{EVENTS}/{event['id']}"
    sandbox.faults.add(Fault(method="PATCH", route=ONE, times=1, **fault))
    sandbox.faults.add(Fault(method="DELETE", route=ONE, times=1, **fault))
    changed = await client.patch(
        place,
        json={"subject": "Quartz 2", "end": TEN},
        headers={"If-Match": event["etag"]},
    )
    deleted = await client.delete(place)
    after = await client.get(place, headers=LIVE)

    assert changed.status_code == 200, changed.text
    assert changed.json()["subject"] == "Quartz 2"
    assert deleted.status_code == 204
    assert after.status_code == 404


async def test_a_deletion_that_nobody_can_tell_is_unknown(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Not called done while Graph says nothing."""
    event = await made(client)
    sandbox.faults.add(Fault(method="DELETE", route=ONE, reset="before"))
    answer = await client.delete(f"{EVENTS}/{event['id']}")

    assert answer.status_code == 503
    assert answer.json()["outcome"] == "unknown"
    assert len(await quartz(client)) == 1


async def test_a_written_event_that_cannot_be_read(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """The answer says that it was written."""
    sandbox.faults.add(Fault(method="GET", route=ONE, status=503))
    answer = await client.post(EVENTS, json=meeting())

    assert answer.status_code == 503
    assert answer.json()["outcome"] == "performed"
    assert len(await quartz(client)) == 1


async def test_a_look_before_a_change_that_fails(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Nothing was changed yet, and the answer says so."""
    event = await made(client)
    sandbox.faults.add(Fault(method="GET", route=ONE, status=504))
    answer = await client.patch(f"{EVENTS}/{event['id']}", json={"end": TEN})

    assert answer.json()["outcome"] == "not_performed"


async def test_events_are_there_while_graph_is_not(
    service: Service, sandbox: Sandbox
) -> None:
    """What was seen before is given, marked as stale."""
    client = service.client
    event = await made(client)
    place = f"{EVENTS}/{event['id']}"
    paths: list[tuple[str, dict[str, str]]] = [
        (EVENTS, WINDOW),
        (EVENTS, {**WINDOW, "time_zone": "Asia/Kolkata"}),
        (place, {"time_zone": "Asia/Kolkata"}),
        (f"{ADA}/calendars", {}),
    ]
    before = [await client.get(path, params=query) for path, query in paths]
    sandbox.faults.add(Fault(method="GET", status=503))
    await service.clock.sleep(3600)
    after = [await client.get(path, params=query) for path, query in paths]

    assert [a.status_code for a in after] == [200] * len(paths)
    assert {a.headers["exchange-freshness"] for a in after} == {"stale"}
    assert [a.content for a in after] == [b.content for b in before]
    assert [a.headers["etag"] for a in after] == [
        b.headers["etag"] for b in before
    ]


async def test_odd_events_do_not_take_the_page(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Inventions are unknown, nulls are empty, nonsense is marked."""
    times = {
        "start": {"dateTime": "2027-02-01T08:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2027-02-01T09:00:00", "timeZone": "UTC"},
    }
    await made(client)
    for odd in (
        {
            "showAs": "dreaming",
            "sensitivity": "cosmic",
            "originalStartTimeZone": "tzone://Microsoft/Custom",
            "originalEndTimeZone": "Customized Time Zone",
        },
        dict.fromkeys(
            ["attendees", "organizer", "location", "categories", "showAs"]
        ),
        {"importance": 7, "locations": "everywhere"},
    ):
        sandbox.plan(
            "ada@contoso.example", subject="Quartz odd", **times, **odd
        )
    # What is not as Graph's schema says must be told to be on purpose.
    sandbox.faults.add(Fault(method="GET", route="*", delay=0.01))
    usual, strange, empty, broken = await quartz(client)

    assert usual["is_partial"] is strange["is_partial"] is False
    assert strange["status"] == strange["sensitivity"] == "unknown"
    assert strange["time_zone"] is None
    assert strange["start"] == {
        "date_time": "2027-02-01T08:00:00",
        "time_zone": "UTC",
    }
    assert empty["attendees"] == empty["categories"] == []
    assert empty["organizer"] is None
    assert empty["status"] == "unknown"
    assert broken["is_partial"] is True
    assert broken["subject"] == "Quartz odd"
    one = await client.get(f"{EVENTS}/{strange['id']}")
    assert one.json()["subject"] == "Quartz odd"


async def test_events_do_not_wait_for_the_name_of_their_calendar(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Its id is told where it can be."""
    await made(client)
    sandbox.faults.add(
        Fault(method="GET", route="/users/{mailbox}/calendar", status=404)
    )
    [found] = await quartz(client)

    assert found["subject"] == "Quartz"
    assert found["calendar_id"] is None
