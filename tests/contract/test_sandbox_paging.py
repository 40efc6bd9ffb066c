"""Pages of messages, and the links between them."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import ADA, ADA_ADDRESS, SUPPORT, every, refusal

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("top", ["", "&$top=1000", "&$top=7", "&$top=100"])
async def test_pages_have_everything_once(
    sandbox: Sandbox, graph: httpx.AsyncClient, top: str
) -> None:
    """Following the links gives every message exactly once."""
    found = await every(graph, f"{SUPPORT}/messages?$select=subject{top}")

    ids = [message["id"] for message in found]
    expected = len(sandbox.mailbox("support@contoso.example").messages)
    assert len(ids) == len(set(ids)) == expected


async def test_a_page_has_ten_messages_unless_asked(
    graph: httpx.AsyncClient,
) -> None:
    """The default page is ten messages, newest first."""
    page = (await graph.get(f"{ADA}/messages")).json()["value"]

    times = [message["receivedDateTime"] for message in page]
    assert len(page) == 10
    assert times == sorted(times, reverse=True)


async def test_links_carry_all_options(graph: httpx.AsyncClient) -> None:
    """A link is absolute and repeats every option, moved on."""
    link = (
        await graph.get(
            f"{ADA}/messages",
            params={
                "$select": "id,subject",
                "$filter": "subject ne 'a+b & c'",
                "$top": "5",
                "$skip": "5",
                "$count": "true",
            },
        )
    ).json()["@odata.nextLink"]

    parts = urlsplit(link)
    assert parts.geturl().startswith("http://sandbox.test/v1.0/users/ada@")
    assert parse_qs(parts.query) == {
        "$select": ["id,subject"],
        "$filter": ["subject ne 'a+b & c'"],
        "$top": ["5"],
        "$skip": ["10"],
        "$count": ["true"],
    }


async def test_the_last_page_has_no_link(graph: httpx.AsyncClient) -> None:
    """Where nothing follows, no link says otherwise."""
    page = (await graph.get(f"{ADA}/messages?$top=1000")).json()

    assert "@odata.nextLink" not in page


async def test_equal_times_keep_their_order(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Messages of the same second are neither lost nor repeated."""
    time = "2026-11-18T10:00:00Z"
    for number in range(30):
        sandbox.deliver(
            ADA_ADDRESS, subject=f"{number}", receivedDateTime=time
        )

    found = await every(graph, f"{ADA}/messages?$top=4&$select=subject")

    newest = {message["subject"] for message in found[:30]}
    assert newest == {str(number) for number in range(30)}


async def test_counts_are_of_all_pages(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A count says how many there are, not how many are shown."""
    total = len(sandbox.mailbox(ADA_ADDRESS).messages)

    page = (await graph.get(f"{ADA}/messages?$count=true&$top=3")).json()
    plain = await graph.get(f"{ADA}/messages/$count")
    inbox = await graph.get(f"{ADA}/mailFolders/inbox/messages/$count")

    assert (page["@odata.count"], len(page["value"])) == (total, 3)
    assert plain.text == str(total)
    assert int(inbox.text) == len(sandbox.mailbox(ADA_ADDRESS).inside("inbox"))
    assert plain.headers["content-type"] == "text/plain"


async def test_a_preferred_page_size_is_kept(
    graph: httpx.AsyncClient,
) -> None:
    """The smaller of the preferred size and $top counts."""
    headers = {"Prefer": "odata.maxpagesize=3"}

    alone = await graph.get(f"{ADA}/messages", headers=headers)
    both = await graph.get(f"{ADA}/messages?$top=2", headers=headers)

    assert [len(alone.json()["value"]), len(both.json()["value"])] == [3, 2]
    assert alone.headers["preference-applied"] == "odata.maxpagesize=3"


@pytest.mark.parametrize(
    "query",
    [
        "$top=0",
        "$top=1001",
        "$top=-1",
        "$top=ten",
        "$skip=-1",
        "$count=maybe",
        "$top=5&$top=6",
        "$top=",
        "$apply=groupby",
        "$search=hello",
        "$skiptoken=c3RhcnQ6MTA=",
        "$skiptoken=abc&$search=%22hello%22",
        "$skiptoken=YWJj&$search=%22hello%22",
    ],
)
async def test_wrong_options_are_refused(
    graph: httpx.AsyncClient, query: str
) -> None:
    """An option that cannot be is 400, not ignored."""
    answer = await graph.get(f"{ADA}/messages?{query}")

    assert refusal(answer) == (400, "RequestBroker--ParseUri")


async def test_options_need_no_dollar(graph: httpx.AsyncClient) -> None:
    """Graph takes its options without the dollar sign as well."""
    page = (await graph.get(f"{ADA}/messages?top=2&SELECT=subject")).json()

    assert len(page["value"]) == 2
    assert set(page["value"][0]) == {"@odata.etag", "id", "subject"}
