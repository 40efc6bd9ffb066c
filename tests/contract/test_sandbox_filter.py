"""Filtering messages."""

from collections.abc import Callable

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    IMMUTABLE,
    Entity,
    every,
    refusal,
)

pytestmark = pytest.mark.anyio

Check = Callable[[Entity], bool]
CUT = "2026-10-01T00:00:00Z"


def author(message: Entity) -> str:
    """Return the address of a message's author, or nothing."""
    address = (message["from"] or {}).get("emailAddress", {})
    return str(address.get("address", ""))


@pytest.mark.parametrize(
    ("text", "check"),
    [
        pytest.param("isRead eq false", lambda m: not m["isRead"], id="flag"),
        pytest.param("not isRead", None, id="bare-flag"),
        pytest.param(
            "not (isRead eq true)", lambda m: not m["isRead"], id="n"
        ),
        pytest.param(
            "isRead eq true and hasAttachments eq true",
            lambda m: m["isRead"] and m["hasAttachments"],
            id="and",
        ),
        pytest.param(
            "importance eq 'high' or importance eq 'LOW' and isRead eq true",
            lambda m: (
                m["importance"] == "high"
                or (m["importance"] == "low" and m["isRead"])
            ),
            id="and-before-or",
        ),
        pytest.param(
            "(importance eq 'high' or importance eq 'low') and isRead ne true",
            lambda m: m["importance"] in {"high", "low"} and not m["isRead"],
            id="parentheses",
        ),
        pytest.param(
            f"receivedDateTime ge {CUT}",
            lambda m: m["receivedDateTime"] >= CUT,
            id="time",
        ),
        pytest.param(
            "receivedDateTime gt 2026-10-01T02:00:00+02:00",
            lambda m: m["receivedDateTime"] > CUT,
            id="offset",
        ),
        pytest.param(
            "receivedDateTime lt 2026-10-01",
            lambda m: m["receivedDateTime"] < CUT,
            id="date",
        ),
        pytest.param(
            f"receivedDateTime le {CUT} and isDraft eq false",
            lambda m: m["receivedDateTime"] <= CUT and not m["isDraft"],
            id="two-properties",
        ),
        pytest.param(
            "from/emailAddress/address eq 'FIONA.OSHEA@tailspin.example'",
            lambda m: author(m) == "fiona.oshea@tailspin.example",
            id="address",
        ),
        pytest.param(
            "from/emailAddress/name eq 'Fiona O''Shea'",
            lambda m: author(m) == "fiona.oshea@tailspin.example",
            id="quote",
        ),
        pytest.param(
            "startswith(subject, 're: ')",
            lambda m: (m["subject"] or "").lower().startswith("re: "),
            id="startswith",
        ),
        pytest.param(
            "contains(subject,'review')",
            lambda m: "review" in (m["subject"] or "").lower(),
            id="contains",
        ),
        pytest.param(
            "endswith(from/emailAddress/address, '@litware.example')",
            lambda m: author(m).endswith("@litware.example"),
            id="endswith",
        ),
        pytest.param(
            "subject eq null", lambda m: m["subject"] is None, id="null"
        ),
        pytest.param(
            "subject ne null", lambda m: m["subject"] is not None, id="nulls"
        ),
        pytest.param(
            "subject gt 'z'",
            lambda m: (m["subject"] or "").casefold() > "z",
            id="greater",
        ),
        pytest.param(
            "categories/any(c:c eq 'Aurora')",
            lambda m: "Aurora" in m["categories"],
            id="any",
        ),
        pytest.param(
            "categories/any(c: c eq 'Aurora' or startswith(c, 'Bor'))",
            lambda m: bool({"Aurora", "Borealis"} & set(m["categories"])),
            id="any-or",
        ),
        pytest.param(
            "categories/any(c: c ne 'Aurora' and c ne 'Finance')",
            lambda m: bool(set(m["categories"]) - {"Aurora", "Finance"}),
            id="any-and",
        ),
        pytest.param(
            "flag/flagStatus eq 'flagged'",
            lambda m: m["flag"]["flagStatus"] == "flagged",
            id="enum",
        ),
    ],
)
async def test_filters_mean_what_they_say(
    sandbox: Sandbox, graph: httpx.AsyncClient, text: str, check: Check | None
) -> None:
    """A filter passes exactly the messages that it describes."""
    url = str(httpx.URL(f"{ADA}/messages", params={"$filter": text}))
    if check is None:
        assert (await graph.get(url)).status_code == 400
        return

    found = {message["id"] for message in await every_immutable(graph, url)}

    everything = sandbox.mailbox(ADA_ADDRESS).messages
    assert found == {m["id"] for m in everything if check(m)}
    assert 0 < len(found) < len(everything)


async def every_immutable(graph: httpx.AsyncClient, url: str) -> list[Entity]:
    """Return all pages with immutable ids."""
    graph.headers.update(IMMUTABLE)
    return await every(graph, f"{url}&$top=1000")


async def test_ids_are_filtered_by_exactly(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Ids are told apart by the case of their letters, texts are not."""
    message = sandbox.mailbox(ADA_ADDRESS).messages[0]
    for name in ("internetMessageId", "conversationId", "parentFolderId"):
        exact = f"{name} eq '{message[name]}'"
        other = f"{name} eq '{message[name].swapcase()}'"

        right = await graph.get(f"{ADA}/messages", params={"$filter": exact})
        wrong = await graph.get(f"{ADA}/messages", params={"$filter": other})

        assert right.json()["value"], name
        assert not wrong.json()["value"], name


@pytest.mark.parametrize(
    "text",
    [
        "isRead",
        "isRead eq",
        "isRead eq false)",
        "(isRead eq false",
        "isRead is false",
        "isRead eq false and",
        "eq eq eq",
        "null eq null",
        "subject eq 'open",
        'subject eq "double"',
        "contains(subject 'x')",
        "contains(subject, 5)",
        "length(subject) eq 5",
        "categories/all(c:c eq 'x')",
        "categories/any(c:d eq 'x')",
        "receivedDateTime gt 2026-13-01",
        "receivedDateTime gt 'yesterday'",
        "isRead eq 'true'",
        "isRead eq 1",
        "contains(isRead, 'x')",
        "colour eq 'red'",
        "from/emailAddress/phone eq 'x'",
        "subject eq 'a' ; drop",
    ],
)
async def test_malformed_filters_are_refused(
    graph: httpx.AsyncClient, text: str
) -> None:
    """What is no filter over messages is 400."""
    answer = await graph.get(f"{ADA}/messages", params={"$filter": text})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "text",
    [
        "toRecipients/any(r:r/emailAddress/address eq 'x')",
        "toRecipients eq 'x'",
        "body eq 'x'",
        "id eq 'x'",
        "categories eq 'x'",
        "categories/any(c: not (c eq 'x'))",
    ],
)
async def test_some_properties_cannot_be_filtered_by(
    graph: httpx.AsyncClient, text: str
) -> None:
    """Exchange knows these properties but has no restriction for them."""
    answer = await graph.get(f"{ADA}/messages", params={"$filter": text})

    assert refusal(answer) == (400, "ErrorInvalidUrlQueryFilter")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("not " * 60 + "isRead eq true", id="deep"),
        pytest.param(" or ".join(["isRead eq true"] * 300), id="long"),
    ],
)
async def test_filters_have_a_limit(
    graph: httpx.AsyncClient, text: str
) -> None:
    """A restriction that is too long is refused as such."""
    answer = await graph.get(f"{ADA}/messages", params={"$filter": text})

    assert refusal(answer) == (400, "ErrorRestrictionTooLong")
