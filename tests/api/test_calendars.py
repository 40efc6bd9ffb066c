"""Calendars, over the whole service."""

from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
CALENDARS = f"{ADA}/calendars"
ALL = "/users/{mailbox}/calendars"
ONE = "/users/{mailbox}/calendars/{calendar}"
LIVE = {"Cache-Control": "no-cache"}


async def named(client: httpx.AsyncClient, name: str) -> list[dict[str, Any]]:
    """Return the calendars of a name, as they are now."""
    answer = await client.get(CALENDARS, headers=LIVE)
    return [c for c in answer.json()["items"] if c["name"] == name]


async def made(client: httpx.AsyncClient, **members: Any) -> dict[str, Any]:
    """Make a calendar of Ada's."""
    answer = await client.post(
        CALENDARS, json={"name": "Conferences", **members}
    )
    assert answer.status_code == 201, answer.text
    calendar: dict[str, Any] = answer.json()
    return calendar


async def test_a_calendar_lives_and_goes(client: httpx.AsyncClient) -> None:
    """Made, read, renamed, colored, deleted with its events."""
    answer = await client.post(
        CALENDARS, json={"name": "Conferences", "color": "light_teal"}
    )
    place = answer.headers["location"]
    read = await client.get(place)
    renamed = await client.patch(place, json={"name": "Trips", "color": None})
    deleted = await client.delete(place)
    gone = await client.get(place, headers=LIVE)
    events = await client.get(
        f"{ADA}/events",
        params={
            "calendar": answer.json()["id"],
            "start": "2026-11-01",
            "end": "2026-11-02",
        },
    )

    assert answer.status_code == 201
    assert read.json() == answer.json()
    assert read.headers["etag"] == answer.json()["etag"]
    assert answer.json()["color"] == "light_teal"
    assert answer.json()["owner"]["address"] == "ada@contoso.example"
    assert answer.json()["is_default"] is False
    assert renamed.json()["name"] == "Trips"
    assert renamed.json()["color"] == "auto"
    assert renamed.headers["etag"] != answer.headers["etag"]
    assert deleted.status_code == 204
    assert gone.status_code == events.status_code == 404


async def test_calendars_are_listed_in_pages(
    client: httpx.AsyncClient,
) -> None:
    """Each once; one of them is the default one."""
    await made(client)
    whole = (await client.get(CALENDARS)).json()["items"]
    found: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": 1}
    while True:
        page = (await client.get(CALENDARS, params=params)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]

    assert found == whole
    assert len(whole) > 1
    assert [c["is_default"] for c in whole].count(True) == 1


async def test_conditions_of_changes(client: httpx.AsyncClient) -> None:
    """An old tag changes and deletes nothing."""
    calendar = await made(client)
    place = f"{CALENDARS}/{calendar['id']}"
    old = {"If-Match": calendar["etag"]}
    first = await client.patch(place, json={"name": "Trips"}, headers=old)
    second = await client.patch(place, json={"name": "Tours"}, headers=old)
    kept = await client.delete(place, headers=old)
    gone = await client.delete(
        place, headers={"If-Match": first.headers["etag"]}
    )

    assert first.status_code == 200
    assert [second.status_code, kept.status_code] == [412, 412]
    assert second.json()["outcome"] == "not_performed"
    assert gone.status_code == 204


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/body/name"),
        ({"name": " "}, "#/body/name"),
        ({"name": "a\nb"}, "#/body/name"),
        ({"name": "x", "color": "unknown"}, "#/body/color"),
        ({"name": "x", "colour": "auto"}, "#/body/colour"),
    ],
)
async def test_wrong_calendars_are_not_made(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    body: dict[str, Any],
    pointer: str,
) -> None:
    """It is pointed at, and Graph is not asked to."""
    answer = await client.post(CALENDARS, json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not sandbox.calls


async def test_what_exchange_refuses_is_told(
    client: httpx.AsyncClient,
) -> None:
    """A name that is taken, and the end of the default calendar."""
    first = await made(client)
    again = await client.post(CALENDARS, json={"name": "conferences"})
    other = await made(client, name="Trips")
    renamed = await client.patch(
        f"{CALENDARS}/{other['id']}", json={"name": first["name"]}
    )
    nothing = await client.patch(f"{CALENDARS}/{other['id']}", json={})
    cleared = await client.patch(
        f"{CALENDARS}/{other['id']}", json={"name": None}
    )
    listed = (await client.get(CALENDARS)).json()["items"]
    default = next(c for c in listed if c["is_default"])
    kept = await client.delete(f"{CALENDARS}/{default['id']}")

    assert again.json()["code"] == "folder-exists"
    assert again.json()["outcome"] == "not_performed"
    assert renamed.json()["code"] == "folder-exists"
    assert [nothing.status_code, cleared.status_code] == [422, 422]
    assert kept.status_code == 409


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 504, "after_work": True},
        {"reset": "after"},
        {"reset": "before"},
        {"status": 429, "retry_after": 1},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
async def test_a_calendar_is_made_once(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: dict[str, Any]
) -> None:
    """What Graph made without saying so is found by its name."""
    sandbox.faults.add(Fault(method="POST", route=ALL, times=1, **fault))
    calendar = await made(client)

    [found] = await named(client, "Conferences")
    assert found["id"] == calendar["id"]


async def test_a_calendar_in_doubt_is_found_by_its_key(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """And it is no reason to say that the name is taken."""
    fault = sandbox.faults.add(
        Fault(method="POST", route=ALL, hang=True, after_work=True)
    )
    headers = {"Idempotency-Key": "k", "Prefer": "wait=3"}
    body = {"name": "Conferences"}
    first = await client.post(CALENDARS, json=body, headers=headers)
    sandbox.faults.remove(fault)
    look = sandbox.faults.add(Fault(method="GET", route=ALL, status=500))
    second = await client.post(CALENDARS, json=body, headers=headers)
    sandbox.faults.remove(look)
    third = await client.post(CALENDARS, json=body, headers=headers)
    fourth = await client.post(CALENDARS, json=body, headers=headers)

    assert first.json()["outcome"] == second.json()["outcome"] == "unknown"
    assert third.status_code == fourth.status_code == 201
    assert third.json()["id"] == fourth.json()["id"]
    assert fourth.headers["idempotent-replayed"] == "true"
    assert len(await named(client, "Conferences")) == 1


async def test_a_look_that_fails_makes_nothing(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Before anything is asked for, nothing is in doubt."""
    sandbox.faults.add(Fault(method="GET", route=ALL, status=504))
    answer = await client.post(CALENDARS, json={"name": "Conferences"})

    assert answer.json()["outcome"] == "not_performed"


async def test_a_deletion_whose_answer_is_lost_is_done(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """That nothing is left to delete shows it."""
    calendar = await made(client)
    sandbox.faults.add(
        Fault(method="DELETE", route=ONE, reset="after", times=1)
    )
    answer = await client.delete(f"{CALENDARS}/{calendar['id']}")

    assert answer.status_code == 204
    assert await named(client, "Conferences") == []
