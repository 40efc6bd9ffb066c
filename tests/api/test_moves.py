"""Moving and copying messages, over the whole service."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
ADA = f"/v1/mailboxes/{ADDRESS}"
MESSAGES = f"{ADA}/messages"
MESSAGE = "/users/{mailbox}/messages/{id}"
ARCHIVE = {"folder": "archive"}
IN_DOUBT = [
    pytest.param(Fault(status=504, after_work=True), id="504 after"),
    pytest.param(Fault(reset="after"), id="reset after"),
    pytest.param(Fault(hang=True, after_work=True), id="hang after"),
    pytest.param(Fault(status=504), id="504 before"),
    pytest.param(Fault(reset="before"), id="reset before"),
    pytest.param(Fault(status=429, retry_after=2), id="429"),
    pytest.param(Fault(status=503, retry_after=2), id="503"),
    pytest.param(Fault(status=503, after_work=True), id="503 after"),
]


def arrived(sandbox: Sandbox) -> str:
    """Return the path of a message that has just come."""
    return f"{MESSAGES}/{sandbox.deliver(ADDRESS, subject='Move me')}"


def archived(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return what the archive has of it."""
    inside = sandbox.mailbox(ADDRESS).inside("archive")
    return [one for one in inside if one["subject"] == "Move me"]


async def test_a_message_is_moved(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """To a well-known folder or to an id; the next read and list show it."""
    place = arrived(sandbox)
    await client.get(place)
    moved = await client.post(f"{place}/move", json=ARCHIVE)
    read = await client.get(place)
    listed = await client.get(MESSAGES, params={"folder": "archive"})
    back = await client.post(f"{place}/move", json={"folder": "inbox"})
    archive = moved.json()["folder_id"]
    again = await client.post(f"{place}/move", json={"folder": archive})

    assert moved.status_code == 200
    assert (
        read.json()
        == moved.json()
        == listed.json()["items"][0]
        | {
            name: moved.json()[name]
            for name in ("attachments", "body", "headers")
        }
    )
    assert back.json()["folder_id"] != archive == again.json()["folder_id"]
    assert len(archived(sandbox)) == 1


async def test_a_message_is_copied(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """The copy has an id and a place; the original stays."""
    place = arrived(sandbox)
    before = await client.get(place)
    first = await client.post(f"{place}/copy", json=ARCHIVE)
    second = await client.post(f"{place}/copy", json=ARCHIVE)
    copy = await client.get(first.headers["location"])
    after = await client.get(place)

    assert first.status_code == second.status_code == 201
    assert copy.json() == first.json()
    assert copy.json()["id"] not in {before.json()["id"], second.json()["id"]}
    assert copy.json()["subject"] == "Move me"
    assert after.json() == before.json()
    assert len(archived(sandbox)) == 2


@pytest.mark.parametrize("fault", IN_DOUBT)
@pytest.mark.parametrize("act", ["move", "copy"])
async def test_what_is_in_doubt_is_done_once(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: Fault, act: str
) -> None:
    """Whatever Graph says of it: one message in the archive."""
    place = arrived(sandbox)
    sandbox.faults.add(replace(fault, route=f"{MESSAGE}/{act}", times=1))
    answer = await client.post(f"{place}/{act}", json=ARCHIVE)

    assert answer.status_code == (200 if act == "move" else 201)
    [there] = archived(sandbox)
    assert answer.json()["id"] == there["id"]


async def test_a_copy_that_lay_there_before_is_none_of_this_request(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A doubt is not settled by what was made earlier."""
    place = arrived(sandbox)
    earlier = await client.post(f"{place}/copy", json=ARCHIVE)
    sandbox.faults.add(Fault(route=f"{MESSAGE}/copy", status=504, times=1))
    answer = await client.post(f"{place}/copy", json=ARCHIVE)

    assert answer.status_code == 201
    assert answer.json()["id"] != earlier.json()["id"]
    assert len(archived(sandbox)) == 2


@pytest.mark.parametrize("act", ["move", "copy"])
async def test_a_key_finds_what_was_done(
    service: Service, sandbox: Sandbox, act: str
) -> None:
    """Done, never told, and asked for again: it is not done twice."""
    place = arrived(sandbox)
    sandbox.faults.add(
        Fault(route=f"{MESSAGE}/{act}", hang=True, after_work=True, times=1)
    )
    headers = {"Idempotency-Key": "k", "Prefer": "wait=5"}
    path = f"{place}/{act}"
    first = await service.client.post(path, json=ARCHIVE, headers=headers)
    second = await service.client.post(path, json=ARCHIVE, headers=headers)
    third = await service.client.post(path, json=ARCHIVE, headers=headers)

    assert first.json()["outcome"] == "unknown"
    assert second.is_success
    assert third.content == second.content
    assert third.headers["idempotent-replayed"] == "true"
    assert len(archived(sandbox)) == 1


async def test_a_doubt_lasts_until_somebody_has_looked(
    service: Service, sandbox: Sandbox
) -> None:
    """A request that could not even begin does not settle the one before."""
    path = f"{arrived(sandbox)}/copy"
    await service.client.get(f"{ADA}/folders")
    sandbox.faults.add(
        Fault(route=f"{MESSAGE}/copy", hang=True, after_work=True, times=1)
    )
    headers = {"Idempotency-Key": "k", "Prefer": "wait=5"}
    answers = []
    for down in (False, True, False):
        service.network.down = down
        answers.append(
            await service.client.post(path, json=ARCHIVE, headers=headers)
        )

    outcomes = [answer.json().get("outcome") for answer in answers]
    assert outcomes == ["unknown", "unknown", None]
    assert answers[2].status_code == 201
    assert len(archived(sandbox)) == 1


async def test_what_cannot_be_looked_at_stays_in_doubt(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Without a look nothing is repeated, and nothing is claimed."""
    place = arrived(sandbox)
    sandbox.faults.add(
        Fault(route=f"{MESSAGE}/move", status=504, after_work=True, times=1)
    )
    sandbox.faults.add(Fault(method="GET", route=MESSAGE, status=500))
    answer = await client.post(f"{place}/move", json=ARCHIVE)

    assert answer.json()["outcome"] == "unknown"
    routes = [call.route for call in sandbox.calls]
    assert routes.count(f"{MESSAGE}/move") == 1


@pytest.mark.parametrize("act", ["move", "copy"])
async def test_wrong_input_moves_nothing(
    client: httpx.AsyncClient, sandbox: Sandbox, act: str
) -> None:
    """Unknown folders and messages are not found; the rest is pointed at."""
    place = arrived(sandbox)
    before = sandbox.mailbox(ADDRESS).messages
    for folder in ("AQMkAAAA=", "clutter", "root"):
        answer = await client.post(f"{place}/{act}", json={"folder": folder})
        assert answer.json()["code"] == "item-not-found"
        assert answer.json()["outcome"] == "not_performed"
    unknown = await client.post(f"{MESSAGES}/AAMkAD=/{act}", json=ARCHIVE)
    assert unknown.json()["code"] == "item-not-found"
    for body, pointer in (
        ({}, "#/body/folder"),
        ({"folder": "a b"}, "#/body/folder"),
        ({"folder": "archive", "copy": True}, "#/body/copy"),
    ):
        answer = await client.post(f"{place}/{act}", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer

    assert sandbox.mailbox(ADDRESS).messages == before
