"""Calendars of the sandbox, and what hangs on events."""

from urllib.parse import quote

import httpx
import pytest

from tests.contract.conftest import Entity, every, refusal
from tests.support.calendars import (
    EVENTS,
    HAVEL,
    LUNCH,
    event,
    event_url,
    names,
    new_event,
    rule,
    seen,
)

pytestmark = pytest.mark.anyio

CALENDARS = f"{HAVEL}/calendars"
FILE = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "menu.txt",
    "contentType": "text/plain",
    "contentBytes": "U291cA==",
}


def place(calendar: Entity) -> str:
    """Return where a calendar is."""
    return f"{CALENDARS}/{quote(calendar['id'], safe='')}"


async def new_calendar(graph: httpx.AsyncClient, name: str) -> Entity:
    """Create a calendar and return it."""
    answer = await graph.post(CALENDARS, json={"name": name})
    assert answer.status_code == 201
    return dict(answer.json())


async def test_a_calendar_is_created_and_changed(
    graph: httpx.AsyncClient,
) -> None:
    """A new calendar is empty, removable and not the default."""
    made = await new_calendar(graph, "Team")
    answer = await graph.patch(
        place(made), json={"name": "Crew", "color": "lightRed"}
    )
    [default, other] = await every(graph, CALENDARS)

    assert answer.status_code == 200
    assert other == {k: v for k, v in answer.json().items() if k in other}
    assert (other["name"], other["color"]) == ("Crew", "lightRed")
    assert other["changeKey"] != made["changeKey"]
    assert (default["isDefaultCalendar"], default["isRemovable"]) == (
        True,
        False,
    )
    assert (other["isDefaultCalendar"], other["isRemovable"]) == (False, True)
    assert other["owner"]["address"] == "havel@contoso.example"
    assert (await graph.get(f"{HAVEL}/calendar")).json()["id"] == (
        default["id"]
    )


async def test_names_are_taken_once(graph: httpx.AsyncClient) -> None:
    """No two calendars have the same name, in any case of letters."""
    made = await new_calendar(graph, "Team")

    again = await graph.post(CALENDARS, json={"name": "team"})
    renamed = await graph.patch(place(made), json={"name": "Calendar"})
    same = await graph.patch(place(made), json={"name": "TEAM"})

    assert refusal(again) == (409, "ErrorFolderExists")
    assert refusal(renamed) == (409, "ErrorFolderExists")
    assert same.json()["name"] == "TEAM"


async def test_a_calendar_goes_with_its_events(
    graph: httpx.AsyncClient,
) -> None:
    """The default calendar stays; of others all events go."""
    made = await new_calendar(graph, "Team")
    inside = await new_event(graph, f"{place(made)}/events", LUNCH)
    [default, _] = await every(graph, CALENDARS)
    stale = {"If-Match": 'W/"CQAAABYAAAA="'}

    kept = await graph.delete(place(default))
    refused = await graph.delete(place(made), headers=stale)
    before = await graph.get(event_url(inside))
    gone = await graph.delete(place(made))

    assert refusal(kept) == (400, "ErrorDeleteDistinguishedFolder")
    assert refusal(refused) == (412, "ErrorIrresolvableConflict")
    assert before.status_code == 200
    assert (gone.status_code, gone.content) == (204, b"")
    for url in (event_url(inside), place(made), f"{place(made)}/events"):
        assert refusal(await graph.get(url)) == (404, "ErrorItemNotFound")
    assert len(await every(graph, CALENDARS)) == 1


async def test_calendars_keep_their_events_apart(
    graph: httpx.AsyncClient,
) -> None:
    """A calendar shows its own events, the mailbox shows all."""
    made = await new_calendar(graph, "Team")
    inside = await new_event(graph, f"{place(made)}/events", LUNCH)
    await new_event(graph, EVENTS, LUNCH | {"subject": "Other"})
    day = ("2031-03-10", "2031-03-11")

    whole = await every(graph, EVENTS)
    own = await every(graph, f"{place(made)}/events")
    view = await seen(graph, f"{place(made)}/calendarView", *day)
    default = await seen(graph, f"{HAVEL}/calendarView", *day)
    by_id = await graph.get(
        f"{HAVEL}/calendar/events/{quote(inside['id'], safe='')}"
    )
    elsewhere = await graph.get(
        f"{place({'id': 'x'})}/events/{quote(inside['id'], safe='')}"
    )

    assert sorted(names(whole)) == ["Lunch", "Other"]
    assert names(own) == names(view) == ["Lunch"]
    assert names(default) == ["Other"]
    assert by_id.json()["subject"] == "Lunch"
    assert refusal(elsewhere) == (400, "ErrorInvalidIdMalformed")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"colour": "red"}, "UnableToDeserializePostBody"),
        ({"name": 5}, "UnableToDeserializePostBody"),
        ({"name": "x", "color": "red"}, "UnableToDeserializePostBody"),
        ({"name": " "}, "ErrorFolderSavePropertyError"),
    ],
)
async def test_wrong_calendars_are_refused(
    graph: httpx.AsyncClient, body: Entity, code: str
) -> None:
    """What is no calendar is 400, and none is made."""
    answer = await graph.post(CALENDARS, json=body)

    assert refusal(answer) == (400, code)
    assert len(await every(graph, CALENDARS)) == 1


async def test_calendars_are_queried(graph: httpx.AsyncClient) -> None:
    """Ten on a page; filters, orders and selections work."""
    for number in range(12):
        await new_calendar(graph, f"Team {number:02}")
    page = (await graph.get(f"{CALENDARS}?$select=name")).json()
    found = await graph.get(
        CALENDARS,
        params={
            "$filter": "startswith(name,'Team')",
            "$orderby": "name desc",
            "$top": "1",
        },
    )

    assert len(page["value"]) == 10
    assert set(page["value"][0]) == {"id", "name"}
    assert "@odata.nextLink" in page
    assert [one["name"] for one in found.json()["value"]] == ["Team 11"]


async def test_events_have_attachments(graph: httpx.AsyncClient) -> None:
    """A file comes with an event or later, and can be taken off."""
    made = await new_event(graph, EVENTS, LUNCH | {"attachments": [FILE]})
    url = f"{event_url(made)}/attachments"

    added = await graph.post(url, json=FILE | {"name": "wine.txt"})
    first, second = await every(graph, url)
    content = await graph.get(f"{url}/{first['id']}/$value")
    removed = await graph.delete(f"{url}/{second['id']}")
    shown = await graph.get(event_url(made), params={"$expand": "attachments"})

    assert made["hasAttachments"] is True
    assert added.status_code == 201
    assert added.headers["location"].endswith(quote(second["id"]))
    assert (first["name"], second["name"]) == ("menu.txt", "wine.txt")
    assert content.content == b"Soup"
    assert removed.status_code == 204
    [left] = shown.json()["attachments"]
    assert left == {k: v for k, v in first.items() if k in left}
    assert refusal(await graph.get(f"{url}/{second['id']}")) == (
        404,
        "ErrorItemNotFound",
    )


async def test_events_are_shown_with_what_belongs_to_them(
    graph: httpx.AsyncClient,
) -> None:
    """The calendar and the exceptions come along on request."""
    daily = event(
        "2031-03-10T09:00:00",
        "2031-03-10T10:00:00",
        recurrence=rule("2031-03-10", "daily"),
    )
    series = await new_event(graph, EVENTS, daily)
    days = await seen(
        graph, f"{HAVEL}/calendarView", "2031-03-10", "2031-03-12"
    )
    await graph.patch(event_url(days[1]), json={"subject": "Special"})
    expand = "calendar($select=name),exceptionOccurrences($select=subject)"

    shown = await graph.get(event_url(series), params={"$expand": expand})
    wrong = await graph.get(event_url(series), params={"$expand": "people"})

    assert shown.json()["calendar"]["name"] == "Calendar"
    assert names(shown.json()["exceptionOccurrences"]) == ["Special"]
    assert refusal(wrong) == (400, "RequestBroker--ParseUri")
