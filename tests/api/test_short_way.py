"""Reads go a short way, and nobody can tell by the answer."""

import httpx
import pytest
from starlette.routing import Match, Route

from app.routers.paths import Paths
from app.routers.reads import Read
from app.routers.route import StrictRoute
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MAILBOX = "/v1/mailboxes/ada@contoso.example"
# It says that there may be a body, which the short way has no eye for.
LONG = {"Transfer-Encoding": "chunked"}
# They tell what this one request has cost, and when it was.
OWN = {"x-request-id", "server-timing", "exchange-graph-calls", "age"}
OWN |= {"cache-status", "ratelimit"}
ASKED = [
    "/messages",
    "/messages?limit=2&is_read=false",
    "/messages?limit=2&from=ada%40contoso.example&sort=subject",
    "/messages?limit=0",
    "/messages?limit=2&limit=3",
    "/messages?from_=a@b.example",
    "/messages?limit=",
    "/messages?cursor=nonsense",
    "/messages?query=%FF",
    "/messages/nothing",
    "/messages/%2F..%2F?body=text",
    "/messages/a?body=what",
    f"/messages/{'a' * 2000}",
    "/folders/inbox",
    "/folders/inbox?limit=1",
    "/folders?depth=2",
    "/events?from=2026-01-01&to=2026-02-01",
    "/settings",
    "/sends/nothing",
    "/overview",
    "/contacts?limit=1",
    "",
    "/",
]
HEADERS = [
    {},
    {"Accept": "text/html"},
    {"Accept": "application/json;q=0, */*"},
    {"Prefer": "wait=5", "Cache-Control": "only-if-cached"},
    {"Exchange-Tenant": "nowhere"},
    {"If-None-Match": "*"},
    {"Content-Length": "0"},
]


@pytest.fixture
def reads(service: Service) -> list[StrictRoute]:
    """All routes with GET below /v1."""
    return [
        route
        for route in service.app.routes
        if isinstance(route, StrictRoute)
        and route.methods == {"GET"}
        and route.path.startswith("/v1/")
    ]


async def test_all_reads_can_go_the_short_way(
    reads: list[StrictRoute],
) -> None:
    """One that declares more than others would go the long way unnoticed."""
    assert len(reads) > 25
    assert [r.path for r in reads if not Read.is_one(r)] == []


async def test_paths_lead_where_the_router_would_lead(
    service: Service, reads: list[StrictRoute]
) -> None:
    """Each path, whatever stands in it, is that of the same route."""
    paths = Paths(reads)
    for route in reads:
        path = route.path.replace("{mailbox}", "a@b").replace("{", "")
        path = path.replace("}", "")
        scope = {"type": "http", "method": "GET", "path": path}
        chosen = next(
            one
            for one in service.app.routes
            if isinstance(one, Route) and one.matches(scope)[0] is Match.FULL
        )
        found, in_path = paths.find(path)
        assert found is not None
        assert found.route is chosen is route
        assert in_path == route.matches(scope)[1]["path_params"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/mailboxes//messages",
        "/v1/mailboxes/a@b/messages/",
        "/v1/mailboxes/a@b/messages/x/y/z",
        "/v1/nothing",
        "/v1",
        "",
    ],
)
async def test_no_other_path_leads_anywhere(
    reads: list[StrictRoute], path: str
) -> None:
    """An empty segment is nobody's id."""
    found, _ = Paths(reads).find(path)
    assert found is None


@pytest.mark.parametrize("headers", HEADERS)
async def test_both_ways_answer_the_same(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """Status, headers and body do not depend on the way."""
    for asked in ASKED:
        # What is fetched from Graph is kept before the two are compared.
        await client.get(MAILBOX + asked)
        short = await client.get(MAILBOX + asked, headers=headers)
        long = await client.get(MAILBOX + asked, headers={**headers, **LONG})

        assert short.status_code == long.status_code, asked
        assert _told(short) == _told(long)
        assert _headers(short) == _headers(long)


def _headers(answer: httpx.Response) -> dict[str, str]:
    """Return the headers of an answer, but for what is this request's own."""
    return {n: v for n, v in answer.headers.items() if n not in OWN}


def _told(answer: httpx.Response) -> object:
    """Return what an answer says, but for the ids of requests."""
    if not answer.content:
        return None
    told = answer.json()
    for own in ("request_id", "trace_id", "upstream"):
        told.pop(own, None)
    return told
