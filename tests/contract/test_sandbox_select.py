"""Sorting and selecting messages."""

from collections.abc import Callable

import httpx
import pytest

from tests.contract.conftest import (
    ADA,
    Entity,
    every,
    refusal,
)

pytestmark = pytest.mark.anyio

Check = Callable[[Entity], bool]
CUT = "2026-10-01T00:00:00Z"


@pytest.mark.parametrize(
    ("filtered", "ordered", "status"),
    [
        ("receivedDateTime ge 2026-09-01", "receivedDateTime desc", 200),
        (
            "receivedDateTime ge 2026-09-01 and isRead eq false",
            "receivedDateTime",
            200,
        ),
        (
            "receivedDateTime ge 2026-09-01 and not (subject eq 'x')",
            "receivedDateTime,subject",
            200,
        ),
        (
            "isRead eq false and receivedDateTime ge 2026-09-01",
            "receivedDateTime",
            400,
        ),
        ("isRead eq false", "receivedDateTime desc", 400),
        (
            "subject ne 'x' and receivedDateTime ge 2026-09-01",
            "receivedDateTime,subject",
            400,
        ),
        ("categories/any(c:c eq 'Aurora')", "subject", 400),
        ("receivedDateTime ge 2026-09-01", None, 200),
        (None, "isRead,receivedDateTime desc", 200),
    ],
)
async def test_an_order_must_come_first_in_the_filter(
    graph: httpx.AsyncClient,
    filtered: str | None,
    ordered: str | None,
    status: int,
) -> None:
    """Exchange cannot sort by what the filter does not begin with."""
    params = {"$filter": filtered, "$orderby": ordered}
    given = {name: text for name, text in params.items() if text is not None}

    answer = await graph.get(f"{ADA}/messages", params=given)

    assert answer.status_code == status
    if status == 400:
        assert refusal(answer) == (400, "InefficientFilter")


async def test_orders_sort(graph: httpx.AsyncClient) -> None:
    """Messages come in the order asked for, what is missing first."""
    found = await every(
        graph, f"{ADA}/messages?$top=1000&$orderby=subject desc,isRead"
    )

    subjects = [(message["subject"] or "").casefold() for message in found]
    assert subjects == sorted(subjects, reverse=True)
    assert found[-1]["subject"] is None


@pytest.mark.parametrize(
    "text", ["colour", "subject up", "subject asc desc", "", "subject,,isRead"]
)
async def test_wrong_orders_are_refused(
    graph: httpx.AsyncClient, text: str
) -> None:
    """An order by nothing, or in no direction, is 400."""
    answer = await graph.get(f"{ADA}/messages", params={"$orderby": text})

    assert refusal(answer) == (400, "RequestBroker--ParseUri")


async def test_selections_are_kept_to(graph: httpx.AsyncClient) -> None:
    """Only what was selected is shown, besides id and tag."""
    page = (
        await graph.get(f"{ADA}/messages?$select=subject,from&$top=1")
    ).json()

    assert set(page["value"][0]) == {"@odata.etag", "id", "subject", "from"}


async def test_a_star_selects_the_usual(graph: httpx.AsyncClient) -> None:
    """``*`` is what is shown anyway."""
    plain = (await graph.get(f"{ADA}/messages?$top=1")).json()["value"]
    star = (await graph.get(f"{ADA}/messages?$top=1&$select=*")).json()

    assert star["value"] == plain


@pytest.mark.parametrize(
    "name",
    ["colour", "meetingMessageType", "microsoft.graph.x/subject", "a/b"],
)
async def test_unknown_properties_cannot_be_selected(
    graph: httpx.AsyncClient, name: str
) -> None:
    """A property that messages lack is 400, also in a list."""
    answer = await graph.get(f"{ADA}/messages?$select=subject,{name}")

    message = answer.json()["error"]["message"]
    assert refusal(answer) == (400, "RequestBroker--ParseUri")
    assert message == (
        f"Could not find a property named '{name}' on type "
        "'microsoft.graph.message'."
    )


async def test_derived_types_show_their_own(graph: httpx.AsyncClient) -> None:
    """Meeting messages have more properties, to be selected by a cast."""
    text = "subject eq 'Design review'"
    cast = "microsoft.graph.eventMessage/meetingMessageType"
    url = f"{ADA}/messages"

    whole = await graph.get(url, params={"$filter": text})
    part = await graph.get(url, params={"$filter": text, "$select": cast})

    shown = whole.json()["value"][0]
    assert shown["@odata.type"] == "#microsoft.graph.eventMessageRequest"
    assert shown["startDateTime"]["timeZone"] == "UTC"
    assert set(part.json()["value"][0]) == {
        "@odata.etag",
        "@odata.type",
        "id",
        "meetingMessageType",
    }
