"""The directory."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    FABRIKAM,
    client_of,
    every,
    refusal,
    sign_in,
)

pytestmark = pytest.mark.anyio

EVENTUAL = {"ConsistencyLevel": "eventual"}
GUEST = "/users/tomasz.wilk_northwind.example%23EXT%23@contoso.example"


async def names(graph: httpx.AsyncClient, **params: str) -> list[str]:
    """Return the given names of the users that a query finds."""
    given = {f"${name}": text for name, text in params.items()}
    answer = await graph.get("/users", params=given, headers=EVENTUAL)
    users = answer.raise_for_status().json()["value"]
    return [str(user["displayName"]).split()[0] for user in users]


async def test_a_tenant_lists_its_own(graph: httpx.AsyncClient) -> None:
    """Contoso has three mailboxes and a guest who has none."""
    users = await every(graph, "/users?$select=displayName,mail,userType")

    assert [(user["mail"], user["userType"]) for user in users] == [
        ("ada@contoso.example", "Member"),
        ("grace@contoso.example", "Member"),
        ("support@contoso.example", "Member"),
        (None, "Guest"),
    ]


async def test_tenants_do_not_see_each_other(sandbox: Sandbox) -> None:
    """Another tenant's users do not exist, and neither does their mail."""
    async with client_of(sandbox) as client:
        await sign_in(client, FABRIKAM)
        users = await every(client, "/users?$select=mail")
        ada = await client.get(ADA)
        mail = await client.get(f"{ADA}/messages")
        own = await client.get("/users/linus@fabrikam.example/messages")

    assert [user["mail"] for user in users] == ["linus@fabrikam.example", None]
    assert refusal(ada) == (404, "Request_ResourceNotFound")
    assert refusal(mail) == (404, "ErrorInvalidUser")
    assert own.status_code == 200


async def test_users_have_several_names(graph: httpx.AsyncClient) -> None:
    """Object id, user principal name and alias lead to the same user."""
    ada = (await graph.get(ADA)).json()

    by_id = (await graph.get(f"/users/{ada['id']}")).json()
    by_alias = (await graph.get("/users/Ada.Marlow@contoso.example")).json()

    assert ada["givenName"] == "Ada"
    assert ada["userPrincipalName"] == "ada@contoso.example"
    assert by_id == by_alias == ada


async def test_pages_of_users_use_tokens(graph: httpx.AsyncClient) -> None:
    """Users are paged by token, and counted on the first page only."""
    first = await graph.get("/users?$top=3&$count=true", headers=EVENTUAL)
    link = first.json()["@odata.nextLink"]
    second = await graph.get(link, headers=EVENTUAL)

    assert "$skiptoken=" in link
    assert first.json()["@odata.count"] == 4
    assert len(first.json()["value"]) == 3
    assert len(second.json()["value"]) == 1
    assert "@odata.count" not in second.json()


async def test_counts_need_consistency(graph: httpx.AsyncClient) -> None:
    """Without the header a count is not given, and not refused either."""
    answer = await graph.get("/users?$count=true")

    assert "@odata.count" not in answer.json()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"displayName:ada"', ["Ada"]),
        ('"displayName:marl a"', ["Ada"]),
        ('"displayName:ada" OR "mail:grace"', ["Ada", "Grace"]),
        ('"displayName:a" AND "displayName:marlow"', ["Ada"]),
        ('"surname:okafor"', ["Grace"]),
        ('"mail:contoso"', []),
        ('"mail:GRACE@con"', ["Grace"]),
        ('"userPrincipalName:support"', ["Customer"]),
    ],
)
async def test_users_are_searched_by_words(
    graph: httpx.AsyncClient, query: str, found: list[str]
) -> None:
    """A search finds users by the beginnings of words."""
    assert await names(graph, search=query) == found


@pytest.mark.parametrize(
    "query",
    ["ada", '"ada"', '"jobTitle:x"', '"displayName:"', '"mail:a" OR', '"mail'],
)
async def test_malformed_searches_are_refused(
    graph: httpx.AsyncClient, query: str
) -> None:
    """What is no search over users is 400."""
    answer = await graph.get(
        "/users", params={"$search": query}, headers=EVENTUAL
    )

    assert refusal(answer) == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("startswith(displayName,'g')", ["Grace"]),
        ("mail eq 'ADA@contoso.example'", ["Ada"]),
        ("mail eq null", ["Tomasz"]),
        ("userType eq 'Guest' or givenName eq 'Ada'", ["Ada", "Tomasz"]),
        ("otherMails/any(m:m eq 'tomasz.wilk@northwind.example')", ["Tomasz"]),
    ],
)
async def test_users_are_filtered(
    graph: httpx.AsyncClient, text: str, found: list[str]
) -> None:
    """Simple filters work as they are."""
    answer = await graph.get("/users", params={"$filter": text})

    users = answer.json()["value"]
    assert [user["displayName"].split()[0] for user in users] == found


@pytest.mark.parametrize(
    "text",
    [
        "mail ne null",
        "not startswith(displayName,'a')",
        "endswith(mail,'contoso.example') and accountEnabled eq true",
    ],
)
async def test_advanced_queries_need_consistency(
    graph: httpx.AsyncClient, text: str
) -> None:
    """Some filters need a header and a count."""
    params = {"$filter": text}

    plain = await graph.get("/users", params=params)
    header = await graph.get("/users", params=params, headers=EVENTUAL)

    assert refusal(plain) == (400, "Request_UnsupportedQuery")
    assert refusal(header) == (400, "Request_UnsupportedQuery")
    assert await names(graph, filter=text, count="true")


async def test_users_are_sorted(graph: httpx.AsyncClient) -> None:
    """An order alone is fine, with a filter it is an advanced query."""
    text = "startswith(mail,'a') or startswith(mail,'s')"
    both = await graph.get(
        "/users", params={"$filter": text, "$orderby": "displayName"}
    )

    sorted_names = await names(graph, orderby="displayName desc")
    assert sorted_names == ["Tomasz", "Grace", "Customer", "Ada"]
    assert refusal(both) == (400, "Request_UnsupportedQuery")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("$skip=1", "Request_UnsupportedQuery"),
        ("$top=0", "Request_UnsupportedQuery"),
        ("$top=1000", "Request_UnsupportedQuery"),
        ('$search="displayName:ada"', "Request_UnsupportedQuery"),
        ("$skiptoken=abc", "Directory_ExpiredPageToken"),
        ("$skiptoken=YWJj", "Directory_ExpiredPageToken"),
        ("$select=colour", "RequestBroker--ParseUri"),
        ("$filter=colour eq 'red'", "RequestBroker--ParseUri"),
        ("$filter=mobilePhone eq '1'", "ErrorInvalidUrlQueryFilter"),
        ("$expand=manager", "RequestBroker--ParseUri"),
    ],
)
async def test_wrong_queries_are_refused(
    graph: httpx.AsyncClient, query: str, code: str
) -> None:
    """What the directory does not support is 400."""
    answer = await graph.get(f"/users?{query}")

    assert refusal(answer) == (400, code)
