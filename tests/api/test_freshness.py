"""How fresh answers are, over the whole service."""

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"


# Past freshness and revalidation.
LONG = 600.0


async def test_where_an_answer_comes_from_is_told(service: Service) -> None:
    """From Graph, from the cache, from Graph again."""
    first = await service.client.get(MESSAGES)
    await service.clock.sleep(10)
    second = await service.client.get(MESSAGES)
    await service.clock.sleep(LONG)
    third = await service.client.get(MESSAGES)

    assert (
        first.headers["cache-status"] == "exchange-api; fwd=uri-miss; stored"
    )
    assert "age" not in first.headers
    # Freshness lasts 30 seconds, give or take a tenth.
    assert second.headers["cache-status"] in {
        f"exchange-api; hit; ttl={left}" for left in range(17, 24)
    }
    assert second.headers["age"] == "10"
    assert second.headers["exchange-graph-calls"] == "0"
    assert third.headers["cache-status"] == (
        "exchange-api; fwd=stale; fwd-status=200; stored"
    )
    for answer in (first, second, third):
        assert answer.headers["exchange-freshness"] == "fresh"


async def test_what_is_kept_takes_no_time(service: Service) -> None:
    """Not even a moment is needed for it; what is not kept has its problem."""
    now = {"Prefer": "wait=0"}
    first = await service.client.get(MESSAGES, headers=now)
    await service.client.get(MESSAGES)
    kept = await service.client.get(MESSAGES, headers=now)

    assert first.json()["code"] == "deadline-exceeded"
    assert kept.status_code == 200


async def test_t115_a_refresh_behind_the_answer_is_told(
    service: Service, sandbox: Sandbox
) -> None:
    """Past freshness: at once, marked stale with its age; fresh after that."""
    first = await service.client.get(MESSAGES)
    sandbox.deliver("ada@contoso.example", subject="Only just come")
    sandbox.faults.add(Fault(route="/users/*", delay=2, times=1))
    await service.clock.sleep(60)
    second = await service.client.get(MESSAGES)
    same = await service.client.get(
        MESSAGES, headers={"If-None-Match": first.headers["etag"]}
    )
    await service.clock.sleep(3)
    third = await service.client.get(MESSAGES)

    assert second.content == first.content
    for answer in (second, same):
        assert answer.headers["exchange-freshness"] == "stale"
        assert answer.headers["age"] == "60"
        assert answer.headers["exchange-graph-calls"] == "0"
        status = answer.headers["cache-status"]
        assert status.startswith("exchange-api; hit; ttl=-")
        assert status.endswith("; detail=revalidating")
    assert same.status_code == 304
    assert "Only just come" in third.text
    assert third.headers["exchange-freshness"] == "fresh"
    assert third.headers["age"] in {"0", "1"}
    assert third.headers["exchange-graph-calls"] == "0"


async def test_t115_writers_read_what_they_wrote(service: Service) -> None:
    """After a write of one's own there is no answer from before it."""
    found = (await service.client.get(MESSAGES)).json()["items"]
    message = f"{MESSAGES}/{found[0]['id']}"
    await service.client.get(message)
    await service.clock.sleep(60)
    changed = not found[0]["is_read"]
    await service.client.patch(message, json={"is_read": changed})
    page = await service.client.get(MESSAGES)
    one = await service.client.get(message)

    assert page.headers["exchange-freshness"] == "fresh"
    assert page.json()["items"][0]["is_read"] is changed
    assert one.headers["exchange-freshness"] == "fresh"
    assert one.json()["is_read"] is changed


async def test_t129_limits_of_graph_are_not_passed_on(
    service: Service, sandbox: Sandbox
) -> None:
    """Neither the answer nor the kept one has what Graph said of limits."""
    limits = {"RateLimit-Limit": "1017", "RateLimit-Reset": "1018"}
    sandbox.faults.add(
        Fault(route="/users/*", headers=limits, retry_after=1019)
    )
    first = await service.client.get(MESSAGES)
    second = await service.client.get(MESSAGES)

    assert second.headers["cache-status"].startswith("exchange-api; hit")
    for answer in (first, second):
        assert answer.status_code == 200
        assert "retry-after" not in answer.headers
        assert not {"1017", "1018", "1019"} & set(answer.headers.values())


async def test_an_outage_is_bridged_and_told(service: Service) -> None:
    """Graph gone: the page read before, marked stale, with its age."""
    first = await service.client.get(MESSAGES)
    service.network.down = True
    await service.clock.sleep(LONG)
    second = await service.client.get(MESSAGES)
    strict = await service.client.get(
        MESSAGES, headers={"Cache-Control": "no-cache"}
    )
    unknown = await service.client.get(MESSAGES, params={"limit": 3})

    assert second.status_code == 200
    assert second.content == first.content
    assert second.headers["exchange-freshness"] == "stale"
    assert int(second.headers["age"]) >= 600
    assert second.headers["cache-status"].startswith("exchange-api; fwd=stale")
    assert strict.status_code == 503
    assert unknown.status_code == 503
    assert service.events("cache.served_stale")
    assert not service.events("graph.call.recovered")


async def test_the_status_of_graph_is_told(
    service: Service, sandbox: Sandbox
) -> None:
    """When Graph answered badly, Cache-Status says how."""
    await service.client.get(MESSAGES)
    await service.clock.sleep(LONG)
    sandbox.faults.add(Fault(status=503, route="/users/*"))
    answer = await service.client.get(MESSAGES)

    assert answer.headers["cache-status"] == (
        "exchange-api; fwd=stale; fwd-status=503"
    )


async def test_callers_say_how_old_is_too_old(service: Service) -> None:
    """``max-age``, ``no-cache``, ``stale-if-error``, ``only-if-cached``."""

    async def ask(directive: str) -> httpx.Response:
        return await service.client.get(
            MESSAGES, headers={"Cache-Control": directive}
        )

    nothing = await ask("only-if-cached")
    await service.client.get(MESSAGES)
    await service.clock.sleep(10)
    young_enough = await ask("max-age=10")
    too_old = await ask("max-age=9")
    await service.clock.sleep(5)
    fresh = await ask("no-cache")
    await service.clock.sleep(60)
    kept = await ask("only-if-cached")
    kept_too_old = await ask("only-if-cached, max-age=30")
    service.network.down = True
    bridged = await ask("stale-if-error=60")
    refused = await ask("stale-if-error=20")
    malformed = await ask("max-age=soon, what=ever, ,")

    assert nothing.status_code == 504
    assert nothing.json()["code"] == "not-in-cache"
    assert young_enough.headers["exchange-graph-calls"] == "0"
    assert too_old.headers["exchange-graph-calls"] == "1"
    assert fresh.headers["cache-status"] == (
        "exchange-api; fwd=request; stored"
    )
    assert kept.headers["exchange-freshness"] == "stale"
    assert kept.headers["exchange-graph-calls"] == "0"
    assert kept_too_old.status_code == 504
    assert bridged.headers["exchange-freshness"] == "stale"
    assert refused.status_code == 503
    assert malformed.headers["exchange-freshness"] == "stale"


async def test_an_outage_of_entra_id_is_not_noticed(
    service: Service, sandbox: Sandbox
) -> None:
    """A valid token goes on being used while no new one is given."""
    await service.client.get(MESSAGES)
    sandbox.faults.add(Fault(route="token", status=503))
    await service.clock.sleep(3000)
    answer = await service.client.get(MESSAGES)
    await service.clock.sleep(1)
    again = await service.client.get(
        MESSAGES, headers={"Cache-Control": "no-cache"}
    )

    assert answer.headers["exchange-freshness"] == "fresh"
    assert again.status_code == 200
    assert service.events("token.rejected")


async def test_after_the_token_expires_stale_answers_remain(
    service: Service, sandbox: Sandbox
) -> None:
    """Entra ID gone for good: reads are bridged, others told why."""
    await service.client.get(MESSAGES)
    sandbox.faults.add(Fault(route="token", status=503))
    await service.clock.sleep(4000)
    answer = await service.client.get(MESSAGES)
    strict = await service.client.get(
        MESSAGES, headers={"Cache-Control": "no-cache"}
    )

    assert answer.headers["exchange-freshness"] == "stale"
    assert strict.json()["code"] == "identity-unavailable"
