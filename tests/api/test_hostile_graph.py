"""What Graph, or who speaks in its name, may answer and nobody expects."""

import itertools
import json
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.network import Carry
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
RULE = {
    "name": "New",
    "conditions": {"is_signed": True},
    "actions": {"delete": True},
}


def endless(service: Service) -> None:
    """Have each page of a list followed by another one."""
    number = itertools.count()

    async def more(request: httpx.Request, carry: Carry) -> httpx.Response:
        content: dict[str, Any] = {"value": []}
        if "$skip" not in request.url.params:
            answer = await carry(request)
            if request.method != "GET" or answer.status_code != 200:
                return answer
            content = json.loads(await answer.aread())
        if isinstance(content.get("value"), list):
            url = request.url.copy_merge_params({"$skip": str(next(number))})
            content["@odata.nextLink"] = str(url)
        return httpx.Response(200, json=content)

    service.network.between = more


@pytest.mark.attack(
    "Graph's lists have always one more page",
    "502 or 504 after a bounded number of requests",
)
@pytest.mark.parametrize(
    ("path", "body", "route"),
    [
        ("folders?depth=3", None, ""),
        (
            "categories",
            {"name": "New", "color": "preset1"},
            "/users/{mailbox}/outlook/masterCategories",
        ),
        (
            "rules",
            RULE,
            "/users/{mailbox}/mailFolders/{folder}/messageRules",
        ),
    ],
)
async def test_lists_without_an_end(
    service: Service,
    sandbox: Sandbox,
    path: str,
    body: dict[str, Any] | None,
    route: str,
) -> None:
    """They are not followed for ever."""
    endless(service)
    sandbox.faults.add(Fault(method="POST", route=route, status=504))
    method = "POST" if body else "GET"
    answer = await service.client.request(method, f"{ADA}/{path}", json=body)

    assert answer.status_code in {502, 504}, answer.text
    assert body is None or answer.json()["outcome"] == "unknown"
    assert len(service.network.requests) < 600


async def test_a_change_of_an_event_that_nobody_could_have_written(
    service: Service, sandbox: Sandbox
) -> None:
    """What it was before is not known, and it can be changed all the same."""
    noon = {"dateTime": "2027-02-01T12:00:00", "timeZone": "UTC"}
    later = {"date_time": "2027-02-01T14:00:00", "time_zone": "UTC"}
    event = sandbox.plan("ada@contoso.example", start=noon, end=noon)

    async def long_ago(request: httpx.Request, carry: Carry) -> httpx.Response:
        answer = await carry(request)
        if request.method != "GET" or "/events/" not in request.url.path:
            return answer
        content = json.loads(await answer.aread())
        content["start"]["dateTime"] = "0001-01-01T00:00:00.0000000"
        return httpx.Response(200, json=content)

    service.network.between = long_ago
    answer = await service.client.patch(
        f"{ADA}/events/{event}", json={"end": later}
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["ends_at"] == "2027-02-01T14:00:00Z"


async def test_odd_headers_of_a_part(service: Service) -> None:
    """Those that no answer could have had by itself are left out."""

    async def odd(request: httpx.Request, carry: Carry) -> httpx.Response:
        answer = await carry(request)
        if not request.url.path.endswith("$batch"):
            return answer
        content = json.loads(await answer.aread())
        for part in content["responses"]:
            part["headers"]["request-id"] = "\N{REPLACEMENT CHARACTER}"
        return httpx.Response(200, json=content)

    service.network.between = odd
    answer = await service.client.get(f"{ADA}/folders?depth=3")

    assert answer.status_code == 200, answer.text
