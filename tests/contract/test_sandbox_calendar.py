"""Events of the sandbox, one by one."""

from urllib.parse import quote, unquote

import httpx
import pytest

from tests.contract.conftest import ADA, IMMUTABLE, Entity, refusal
from tests.support.calendars import (
    EVENTS,
    LUNCH,
    event,
    event_url,
    new_event,
    when,
)

pytestmark = pytest.mark.anyio

NEVER = "0001-01-01T00:00:00Z"


async def test_an_event_is_created(graph: httpx.AsyncClient) -> None:
    """A new event has what was given, and what Exchange adds."""
    answer = await graph.post(EVENTS, json=LUNCH)
    made = answer.json()
    back = (await graph.get(event_url(made))).json()

    assert answer.status_code == 201
    assert unquote(answer.headers["location"]).endswith(made["id"])
    assert {k: v for k, v in back.items() if k in made} == made
    assert made["start"] == when("2031-03-10T11:00:00.0000000")
    assert made["end"] == when("2031-03-10T12:00:00.0000000")
    assert made["originalStartTimeZone"] == "W. Europe Standard Time"
    assert made["body"]["contentType"] == "html"
    assert "a &lt; b" in made["body"]["content"]
    assert made["bodyPreview"] == "a < b"
    assert made["locations"] == [made["location"]]
    assert made["location"]["displayName"] == "Canteen"
    assert (made["type"], made["isAllDay"]) == ("singleInstance", False)
    assert (made["showAs"], made["sensitivity"]) == ("free", "private")
    assert (made["isOrganizer"], made["isCancelled"]) == (True, False)
    assert made["responseStatus"] == {"response": "organizer", "time": NEVER}
    assert made["organizer"]["emailAddress"]["address"].startswith("havel@")
    assert made["@odata.etag"] == f'W/"{made["changeKey"]}"'
    assert made["recurrence"] is made["seriesMasterId"] is None


@pytest.mark.parametrize(
    ("zone", "time"),
    [
        ("Europe/Berlin", "12:00"),
        ("W. Europe Standard Time", "12:00"),
        ("America/New_York", "07:00"),
        ("India Standard Time", "16:30"),
        ("UTC", "11:00"),
    ],
)
async def test_times_are_shown_in_the_preferred_zone(
    graph: httpx.AsyncClient, zone: str, time: str
) -> None:
    """Windows' and IANA's names do, and the preference is confirmed."""
    made = await new_event(graph, EVENTS, LUNCH)
    prefer = f'outlook.timezone="{zone}", outlook.body-content-type="text"'

    answer = await graph.get(event_url(made), headers={"Prefer": prefer})

    shown = answer.json()
    assert shown["start"] == when(f"2031-03-10T{time}:00.0000000", zone)
    assert shown["body"]["contentType"] == "text"
    assert f'outlook.timezone="{zone}"' in answer.headers["preference-applied"]


async def test_unknown_zones_are_refused(graph: httpx.AsyncClient) -> None:
    """Neither a preference nor an event can name a zone there is not."""
    prefer = {"Prefer": 'outlook.timezone="Middle Earth"'}
    nowhere = event("2031-03-10T12:00:00", "2031-03-10T13:00:00", "Nowhere")
    code = (400, "TimeZoneNotSupportedException")

    assert refusal(await graph.get(EVENTS, headers=prefer)) == code
    assert refusal(await graph.post(EVENTS, json=nowhere)) == code


async def test_days_are_the_same_from_everywhere(
    graph: httpx.AsyncClient,
) -> None:
    """An event of whole days goes from midnight to midnight in any zone."""
    days = event(
        "2031-03-10T00:00:00",
        "2031-03-12T00:00:00",
        "Europe/Berlin",
        isAllDay=True,
    )
    made = await new_event(graph, EVENTS, days)
    prefer = {"Prefer": 'outlook.timezone="Asia/Kolkata"'}
    shown = (await graph.get(event_url(made), headers=prefer)).json()

    assert made["start"] == when("2031-03-10T00:00:00.0000000")
    assert shown["start"]["dateTime"] == made["start"]["dateTime"]
    assert shown["end"] == when("2031-03-12T00:00:00.0000000", "Asia/Kolkata")


async def test_changes_keep_what_they_do_not_name(
    graph: httpx.AsyncClient,
) -> None:
    """A change is of some properties, and gives a new change key."""
    made = await new_event(graph, EVENTS, LUNCH)
    answer = await graph.patch(
        event_url(made),
        json={"subject": "Late lunch", "end": when("2031-03-10T13:30:00")},
        headers={"If-Match": made["@odata.etag"]},
    )
    stale = await graph.patch(
        event_url(made),
        json={"subject": "No"},
        headers={"If-Match": made["@odata.etag"]},
    )

    after = answer.json()
    assert answer.status_code == 200
    assert after["subject"] == "Late lunch"
    assert after["start"] == made["start"]
    assert after["end"] == when("2031-03-10T13:30:00.0000000")
    assert after["categories"] == made["categories"]
    assert after["changeKey"] != made["changeKey"]
    assert refusal(stale) == (412, "ErrorIrresolvableConflict")
    assert (await graph.get(event_url(made))).json()["subject"] == "Late lunch"


async def test_an_event_is_deleted(graph: httpx.AsyncClient) -> None:
    """What is deleted is found no more; a stale deletion does nothing."""
    made = await new_event(graph, EVENTS, LUNCH)
    other = await new_event(graph, EVENTS, LUNCH)
    wrong = {"If-Match": other["@odata.etag"]}

    stale = await graph.delete(event_url(made), headers=wrong)
    gone = await graph.delete(event_url(made))

    assert refusal(stale) == (412, "ErrorIrresolvableConflict")
    assert (gone.status_code, gone.content) == (204, b"")
    assert refusal(await graph.get(event_url(made))) == (
        404,
        "ErrorItemNotFound",
    )
    assert (await graph.post(f"{event_url(other)}/permanentDelete")).is_success
    assert refusal(await graph.delete(event_url(other))) == (
        404,
        "ErrorItemNotFound",
    )


async def test_ids_are_as_preferred(graph: httpx.AsyncClient) -> None:
    """Both kinds of ids lead to an event, malformed ones are told apart."""
    made = await new_event(graph, EVENTS, LUNCH)
    again = (await graph.get(event_url(made), headers=IMMUTABLE)).json()

    assert again["id"] != made["id"]
    assert (await graph.get(event_url(again))).json()["id"] == made["id"]
    for bad in ("x", made["id"][:-5], made["id"] * 2):
        refused = await graph.get(event_url(bad))
        assert refusal(refused) == (400, "ErrorInvalidIdMalformed"), bad
    foreign = await graph.get(f"{ADA}/events/{quote(again['id'])}")
    assert refusal(foreign) == (400, "ErrorInvalidIdMalformed")


async def test_a_transaction_makes_one_event(
    graph: httpx.AsyncClient,
) -> None:
    """A repeated transaction is refused, and told which event it made."""
    body = LUNCH | {"transactionId": "one"}
    made = (await graph.post(EVENTS, json=body, headers=IMMUTABLE)).json()

    again = await graph.post(EVENTS, json=body, headers=IMMUTABLE)

    assert refusal(again) == (400, "ErrorDuplicateTransactionId")
    assert again.json()["error"]["@event.existingEventId"] == made["id"]
    assert made["transactionId"] == "one"
    later = await graph.patch(event_url(made), json={"transactionId": "two"})
    assert refusal(later) == (400, "ErrorInvalidPropertySet")


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"colour": "red"}, "UnableToDeserializePostBody"),
        ({"subject": 5}, "UnableToDeserializePostBody"),
        ({"isAllDay": "yes"}, "UnableToDeserializePostBody"),
        ({"showAs": "asleep"}, "UnableToDeserializePostBody"),
        ({"start": "2031-03-10"}, "UnableToDeserializePostBody"),
        ({"start": when("noon")}, "UnableToDeserializePostBody"),
        ({"attendees": [{"type": "friend"}]}, "UnableToDeserializePostBody"),
        ({"location": {"name": "x"}}, "UnableToDeserializePostBody"),
        ({"recurrence": {"pattern": {}}}, "UnableToDeserializePostBody"),
        ({"iCalUId": "x"}, "ErrorInvalidPropertySet"),
        ({"end": None}, "UnableToDeserializePostBody"),
        (
            {"end": when("2031-03-10T10:00:00")},
            "ErrorPropertyValidationFailure",
        ),
        ({"isAllDay": True}, "ErrorInvalidRequest"),
        (
            {"end": when("2037-03-10T10:00:00")},
            "ErrorCalendarDurationIsTooLong",
        ),
    ],
)
async def test_wrong_events_are_refused(
    graph: httpx.AsyncClient, properties: Entity, code: str
) -> None:
    """What is no event is 400, and neither made nor changed."""
    made = await new_event(graph, EVENTS, LUNCH)
    found = len((await graph.get(f"{EVENTS}?$top=1000")).json()["value"])

    created = await graph.post(EVENTS, json=LUNCH | properties)
    changed = await graph.patch(event_url(made), json=properties)

    assert refusal(created) == (400, code)
    assert refusal(changed) == (400, code)
    after = (await graph.get(f"{EVENTS}?$top=1000")).json()["value"]
    assert len(after) == found
    assert (await graph.get(event_url(made))).json()["changeKey"] == (
        made["changeKey"]
    )
