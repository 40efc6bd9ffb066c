"""The master list of categories in the sandbox."""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import ADA, every, refusal

pytestmark = pytest.mark.anyio

CATEGORIES = f"{ADA}/outlook/masterCategories"


async def test_categories_live_and_die(graph: httpx.AsyncClient) -> None:
    """201 with a place, 200, and 204; the color alone can change."""
    made = await graph.post(
        CATEGORIES, json={"displayName": "Travel", "color": "Preset7"}
    )
    entity = made.json()
    place = made.headers["location"]
    changed = await graph.patch(place, json={"color": "none"})
    renamed = await graph.patch(place, json={"displayName": "Trips"})
    deleted = await graph.delete(place)
    gone = await graph.get(place)

    assert made.status_code == 201
    assert place.endswith(entity["id"])
    assert entity["color"] == "preset7"
    assert entity["@odata.context"].endswith(
        "/outlook/masterCategories/$entity"
    )
    assert changed.json() == {**entity, "color": "none"}
    assert refusal(renamed) == (400, "ErrorInvalidPropertySet")
    assert deleted.status_code == 204
    assert refusal(gone) == (404, "ErrorItemNotFound")


async def test_pages_and_what_is_ignored(graph: httpx.AsyncClient) -> None:
    """All come at once unless fewer are asked for; filters do nothing."""
    whole = (await graph.get(CATEGORIES)).json()
    pages = await every(graph, f"{CATEGORIES}?$top=3&$select=displayName")
    filtered = await graph.get(f"{CATEGORIES}?$filter=displayName eq 'Aurora'")
    one = await graph.get(
        f"{CATEGORIES}/{whole['value'][0]['id']}?$select=color"
    )

    assert "@odata.nextLink" not in whole
    assert [set(page) for page in pages] == [{"id", "displayName"}] * 7
    assert filtered.json()["value"] == whole["value"]
    assert set(one.json()) == {"@odata.context", "id", "color"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"displayName": "AURORA"}, 409, "ErrorCategoryNameDuplicate"),
        ({"displayName": ""}, 400, "ErrorInvalidArgument"),
        ({"color": "none"}, 400, "UnableToDeserializePostBody"),
        ({"displayName": 1}, 400, "UnableToDeserializePostBody"),
        (
            {"displayName": "a", "color": "preset25"},
            400,
            "UnableToDeserializePostBody",
        ),
        ({"displayName": "a", "size": 1}, 400, "UnableToDeserializePostBody"),
        ({"displayName": "a", "id": "1"}, 400, "UnableToDeserializePostBody"),
    ],
)
async def test_wrong_categories_are_refused(
    graph: httpx.AsyncClient, body: Any, status: int, code: str
) -> None:
    """Names are unique whatever their case; nothing is stored."""
    before = (await graph.get(CATEGORIES)).json()
    answer = await graph.post(CATEGORIES, json=body)
    after = (await graph.get(CATEGORIES)).json()

    assert refusal(answer) == (status, code)
    assert after == before


async def test_ids_are_looked_at(graph: httpx.AsyncClient) -> None:
    """What is no id is 400, and so is another color than there are."""
    first = (await graph.get(CATEGORIES)).json()["value"][0]["id"]
    malformed = await graph.get(f"{CATEGORIES}/abc")
    color = await graph.patch(f"{CATEGORIES}/{first}", json={"color": "red"})

    assert refusal(malformed) == (400, "ErrorInvalidIdMalformed")
    assert refusal(color) == (400, "UnableToDeserializePostBody")
