"""Availability and rooms of the sandbox."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    FABRIKAM,
    Entity,
    client_of,
    every,
    refusal,
    sign_in,
)
from tests.support.calendars import (
    EVENTS,
    HAVEL,
    HAVEL_ADDRESS,
    event,
    event_url,
    names,
    new_event,
    rule,
    seen,
    when,
)

pytestmark = pytest.mark.anyio

SCHEDULE = f"{HAVEL}/calendar/getSchedule"
SPREE = "spree@contoso.example"
ZONE = {"name": "W. Europe Standard Time"}
LISTS = "/places/microsoft.graph.roomlist"
ROOMS = "/places/microsoft.graph.room"


def question(*addresses: str, **changes: object) -> Entity:
    """Return the body that asks about a morning in Berlin."""
    usual = {
        "schedules": list(addresses),
        "startTime": when("2031-07-07T08:00:00", "Europe/Berlin"),
        "endTime": when("2031-07-07T12:00:00", "W. Europe Standard Time"),
    }
    return usual | changes


async def free_busy(
    graph: httpx.AsyncClient, *addresses: str, **changes: object
) -> list[Entity]:
    """Return what a question about availability is answered with."""
    answer = await graph.post(SCHEDULE, json=question(*addresses, **changes))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


async def test_a_schedule_tells_who_is_free(
    graph: httpx.AsyncClient,
) -> None:
    """A digit for each slot, an entry for each event, hours of work."""
    for start, end, status in (
        ("06:30", "07:30", "busy"),
        ("07:00", "07:15", "tentative"),
        ("08:30", "09:00", "oof"),
        ("09:30", "12:30", "workingElsewhere"),
    ):
        times = f"2031-07-07T{start}:00", f"2031-07-07T{end}:00"
        await new_event(graph, EVENTS, event(*times, showAs=status))
    graph.headers["Prefer"] = 'outlook.timezone="Europe/Berlin"'

    [shown] = await free_busy(graph, HAVEL_ADDRESS)

    assert shown["scheduleId"] == HAVEL_ADDRESS
    assert shown["availabilityView"] == "02200304"
    assert [one["status"] for one in shown["scheduleItems"]] == [
        "busy",
        "tentative",
        "oof",
        "workingElsewhere",
    ]
    assert shown["scheduleItems"][0] == {
        "isPrivate": False,
        "status": "busy",
        "subject": "Meeting",
        "location": "",
        "start": when("2031-07-07T08:30:00.0000000", "Europe/Berlin"),
        "end": when("2031-07-07T09:30:00.0000000", "Europe/Berlin"),
    }
    assert shown["workingHours"]["timeZone"] == ZONE
    assert shown["workingHours"]["startTime"] == "08:00:00.0000000"


async def test_what_is_private_stays_so(graph: httpx.AsyncClient) -> None:
    """Of a private event others learn only when it is."""
    secret = event(
        "2031-07-07T07:00:00",
        "2031-07-07T08:00:00",
        sensitivity="private",
        subject="Doctor",
        recurrence=rule("2031-07-07", "daily"),
    )
    await new_event(graph, EVENTS, secret)

    [shown] = await free_busy(
        graph, HAVEL_ADDRESS, availabilityViewInterval=60
    )

    assert shown["availabilityView"] == "0200"
    [item] = shown["scheduleItems"]
    assert item["isPrivate"] is True
    assert not {"subject", "location"} & set(item)


async def test_one_unknown_address_spoils_nothing(
    graph: httpx.AsyncClient,
) -> None:
    """Who cannot be resolved gets an error next to the others' answers."""
    known, unknown, foreign = await free_busy(
        graph,
        HAVEL_ADDRESS,
        "nobody@contoso.example",
        "linus@fabrikam.example",
    )

    assert known["availabilityView"] == "00000000"
    for one in (unknown, foreign):
        assert one["error"]["responseCode"] == "ErrorMailRecipientNotFound"
        assert "scheduleItems" not in one


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {"schedules": [HAVEL_ADDRESS] * 21},
            "ErrorMailboxDataArrayTooBig",
        ),
        (
            {"endTime": when("2031-09-07T08:00:00", "Europe/Berlin")},
            None,
        ),
        (
            {"endTime": when("2031-09-07T09:00:00", "Europe/Berlin")},
            "ErrorTimeIntervalTooBig",
        ),
        (
            {"endTime": when("2031-07-07T08:00:00", "Europe/Berlin")},
            "ErrorInvalidTimeInterval",
        ),
        ({"availabilityViewInterval": 5}, None),
        (
            {"availabilityViewInterval": 4},
            "ErrorInvalidMergedFreeBusyInterval",
        ),
        (
            {"availabilityViewInterval": 300},
            "ErrorInvalidMergedFreeBusyInterval",
        ),
        ({"schedules": "ada"}, "UnableToDeserializePostBody"),
        ({"colour": "red"}, "UnableToDeserializePostBody"),
        ({"startTime": when("noon")}, "UnableToDeserializePostBody"),
    ],
)
async def test_questions_have_limits(
    graph: httpx.AsyncClient, changes: Entity, code: str | None
) -> None:
    """Twenty addresses, sixty-two days, slots of five minutes to a day."""
    answer = await graph.post(
        SCHEDULE, json=question(HAVEL_ADDRESS, **changes)
    )

    if code is None:
        assert answer.status_code == 200
    else:
        assert refusal(answer) == (400, code)


async def test_meeting_times_are_for_people(
    graph: httpx.AsyncClient,
) -> None:
    """No application may ask for meeting times."""
    answer = await graph.post(f"{HAVEL}/findMeetingTimes", json={})

    assert refusal(answer) == (403, "ErrorAccessDenied")


async def test_rooms_are_listed_by_building(
    graph: httpx.AsyncClient,
) -> None:
    """Lists of rooms are buildings, and both are found by filters."""
    rooms = await every(graph, f"{ROOMS}?$top=3")
    buildings = await every(graph, LISTS)
    inside = [
        await every(
            graph,
            f"/places/{one['emailAddress']}/microsoft.graph.roomlist/rooms",
        )
        for one in buildings
    ]
    large = await graph.get(
        ROOMS, params={"$filter": "capacity ge 12", "$select": "capacity"}
    )

    assert [len(one) for one in inside] == [2, 2]
    assert [room["id"] for room in [*inside[0], *inside[1]]] == [
        room["id"] for room in rooms
    ]
    assert {room["building"] for room in rooms} == {
        one["displayName"] for one in buildings
    }
    assert [one["capacity"] for one in large.json()["value"]] == [12, 20]
    assert refusal(
        await graph.get(f"/places/{SPREE}/microsoft.graph.roomlist/rooms")
    ) == (404, "ErrorItemNotFound")


async def test_rooms_are_found_by_name_only(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A room is in no list of users, and in no other tenant."""
    users = await every(graph, "/users?$select=mail")
    room = await graph.get(f"/users/{SPREE}")
    async with client_of(sandbox) as other:
        await sign_in(other, FABRIKAM)
        elsewhere = await every(other, ROOMS)

    assert SPREE not in [one["mail"] for one in users]
    assert room.json()["displayName"] == "Spree 4.12"
    assert elsewhere == []


async def test_rooms_answer_themselves(graph: httpx.AsyncClient) -> None:
    """A room takes the first who asks, and declines the second."""
    room = {"emailAddress": {"address": SPREE}, "type": "resource"}
    body = event(
        "2031-07-07T07:00:00", "2031-07-07T08:00:00", attendees=[room]
    )
    first = await new_event(graph, EVENTS, body)
    second = await new_event(graph, EVENTS, body | {"subject": "Late"})
    given = [
        (await graph.get(event_url(one))).json()["attendees"][0]["status"]
        for one in (first, second)
    ]
    taken = await seen(
        graph, f"/users/{SPREE}/calendarView", "2031-07-07", "2031-07-08"
    )
    [shown] = await free_busy(graph, SPREE)

    assert [one["response"] for one in given] == ["accepted", "declined"]
    assert names(taken) == ["Meeting"]
    assert shown["availabilityView"] == "00220000"
