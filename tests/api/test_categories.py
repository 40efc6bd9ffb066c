"""Categories, over the whole service."""

from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

CATEGORIES = "/v1/mailboxes/ada@contoso.example/categories"
ROUTE = "/users/{mailbox}/outlook/masterCategories"
TRAVEL = {"name": "Travel", "color": "preset7"}


async def names(client: httpx.AsyncClient) -> list[str]:
    """Return the names of all categories, as they are now."""
    answer = await client.get(
        CATEGORIES, headers={"Cache-Control": "no-cache"}
    )
    return [item["name"] for item in answer.json()["items"]]


def posts(sandbox: Sandbox) -> int:
    """Return how many categories Graph was asked to make."""
    return sum(
        call.method == "POST" and "outlook" in call.path
        for call in sandbox.calls
    )


async def test_the_list_has_what_mail_bears(
    client: httpx.AsyncClient,
) -> None:
    """Every category of the seeded mail is there, with a color, in pages."""
    messages = await client.get(
        "/v1/mailboxes/ada@contoso.example/messages?folder=inbox&limit=100"
    )
    borne = {c for m in messages.json()["items"] for c in m["categories"]}
    first = await client.get(CATEGORIES, params={"limit": 4})
    second = await client.get(
        CATEGORIES,
        params={"limit": 4, "cursor": first.json()["next_cursor"]},
    )
    items = first.json()["items"] + second.json()["items"]

    assert borne
    assert borne <= {item["name"] for item in items}
    assert len(first.json()["items"]) == 4
    assert second.json()["next_cursor"] is None
    assert {"Aurora": "preset3", "Personal": "none"}.items() <= {
        item["name"]: item["color"] for item in items
    }.items()


async def test_from_making_to_deleting(client: httpx.AsyncClient) -> None:
    """Made, got where it is said to be, recolored, and gone."""
    made = await client.post(CATEGORIES, json=TRAVEL)
    place = made.headers["location"]
    got = await client.get(place)
    known = await client.get(
        place, headers={"If-None-Match": made.headers["etag"]}
    )
    changed = await client.patch(
        place,
        json={"color": "preset24"},
        headers={"If-Match": made.headers["etag"]},
    )
    late = await client.delete(
        place, headers={"If-Match": made.headers["etag"]}
    )
    gone = await client.delete(
        place, headers={"If-Match": changed.headers["etag"]}
    )
    nothing = await client.get(place)

    assert made.status_code == 201
    assert made.json() == {
        **TRAVEL,
        "id": place.rpartition("/")[2],
        "is_partial": False,
    }
    assert got.json() == made.json()
    assert known.status_code == 304
    assert changed.json() == {**made.json(), "color": "preset24"}
    assert late.status_code == 412
    assert gone.status_code == 204
    assert nothing.status_code == 404
    assert nothing.json()["code"] == "item-not-found"


async def test_names_are_taken_in_any_case(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A second one is 409, whatever code Graph has for it."""
    plain = await client.post(CATEGORIES, json={"name": "aURORA"})
    sandbox.faults.add(
        Fault(route=ROUTE, method="POST", status=400, code="Whatever")
    )
    odd = await client.post(CATEGORIES, json={"name": "aurora"})
    other = await client.post(CATEGORIES, json={"name": "New"})

    assert [plain.status_code, odd.status_code] == [409, 409]
    assert {plain.json()["code"], odd.json()["code"]} == {"conflict"}
    assert plain.json()["outcome"] == "not_performed"
    assert other.status_code == 502


@pytest.mark.parametrize(
    ("method", "body", "pointer"),
    [
        ("POST", {"color": "none"}, "#/body/name"),
        ("POST", {"name": ""}, "#/body/name"),
        ("POST", {"name": "a\nb"}, "#/body/name"),
        ("POST", {"name": "a", "color": "red"}, "#/body/color"),
        ("POST", {"name": "a", "id": "1"}, "#/body/id"),
        ("PATCH", {"name": "a", "color": "none"}, "#/body/name"),
        ("PATCH", {"color": None}, "#/body/color"),
        ("PATCH", {}, "#/body/color"),
    ],
)
async def test_what_cannot_be_is_refused(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    method: str,
    body: Any,
    pointer: str,
) -> None:
    """422 tells where it is wrong, and Graph is not asked."""
    place = f"{CATEGORIES}/abc" if method == "PATCH" else CATEGORIES
    answer = await client.request(method, place, json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not sandbox.calls


@pytest.mark.parametrize("after_work", [True, False])
async def test_in_doubt_it_is_made_once(
    client: httpx.AsyncClient, sandbox: Sandbox, *, after_work: bool
) -> None:
    """Whether Graph has made it before its 504 or not: it is there once."""
    sandbox.faults.add(
        Fault(
            route=ROUTE,
            method="POST",
            status=504,
            after_work=after_work,
            times=1,
        )
    )
    made = await client.post(CATEGORIES, json=TRAVEL)
    got = await client.get(made.headers["location"])

    assert made.status_code == 201
    assert got.json() == made.json()
    assert got.headers["etag"] == made.headers["etag"]
    assert (await names(client)).count("Travel") == 1
    assert posts(sandbox) == 2 - after_work


async def test_a_key_makes_it_once(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """The second answer is the first; without the key it is a conflict."""
    headers = {"Idempotency-Key": "travel-1"}
    first = await client.post(CATEGORIES, json=TRAVEL, headers=headers)
    second = await client.post(CATEGORIES, json=TRAVEL, headers=headers)
    third = await client.post(CATEGORIES, json=TRAVEL)

    assert second.json() == first.json()
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotent-replayed"] == "true"
    assert third.status_code == 409
    assert posts(sandbox) == 2


async def test_writes_tell_a_true_outcome(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Nothing can be asked: unknown. A throttled one is waited out."""
    sandbox.faults.add(Fault(route=f"{ROUTE}*", status=503, after_work=True))
    unknown = await client.post(CATEGORIES, json=TRAVEL)
    sandbox.faults.clear()
    sandbox.faults.add(
        Fault(
            route=f"{ROUTE}/*",
            method="DELETE",
            status=429,
            retry_after=1,
            times=1,
        )
    )
    sandbox.faults.add(
        Fault(
            route=f"{ROUTE}/*",
            method="DELETE",
            status=504,
            after_work=True,
            times=1,
            nth=2,
        )
    )
    listed = await client.get(
        CATEGORIES, headers={"Cache-Control": "no-cache"}
    )
    made = next(i for i in listed.json()["items"] if i["name"] == "Travel")
    deleted = await client.delete(f"{CATEGORIES}/{made['id']}")

    assert unknown.json()["outcome"] == "unknown"
    assert deleted.status_code == 204
    assert "Travel" not in await names(client)


async def test_old_lists_stand_in_for_an_hour(service: Service) -> None:
    """And no longer."""
    await service.client.get(CATEGORIES)
    service.network.down = True
    await service.clock.sleep(3500)
    young = await service.client.get(CATEGORIES)
    await service.clock.sleep(600)
    old = await service.client.get(CATEGORIES)

    assert young.headers["exchange-freshness"] == "stale"
    assert old.status_code == 503
