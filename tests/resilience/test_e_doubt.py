"""Cases E: how long it is open whether a draft was sent, and what ends it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox import Fault, Sandbox
from app.services.sending.watching import in_doubt
from tests.support.killing import killed
from tests.support.service import Service, settings_for, started

ADDRESS = "ada@contoso.example"
SENDS = f"/v1/mailboxes/{ADDRESS}/sends"
MAIL: dict[str, Any] = {
    "to": [{"address": "noa@litware.example"}],
    "subject": "In doubt",
}
ASYNC = {"Prefer": "respond-async"}


def copies(sandbox: Sandbox) -> int:
    sent = sandbox.mailbox(ADDRESS).sent()
    return [m["subject"] for m in sent].count(MAIL["subject"])


def asked_at(sandbox: Sandbox) -> list[float]:
    return [c.at for c in sandbox.calls if c.route.endswith("/send")]


@pytest.mark.anyio
async def test_t067_doubt_does_not_begin_anew_with_each_process(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Restarted every 22 seconds: sent again when the minute is over."""
    sandbox.faults.add(Fault(route="*/send", status=504, times=1))
    for life in range(5):
        async with started(settings_for(tmp_path), sandbox) as service:
            if life == 0:
                await service.client.post(SENDS, json=MAIL, headers=ASYNC)
            await service.clock.sleep(22)
    first, second = asked_at(sandbox)

    assert copies(sandbox) == 1
    # A minute after the first process can have asked last, and some looks.
    assert 71.9 < second - first < 90


@pytest.mark.anyio
async def test_t067_doubt_begins_when_exchange_was_asked_last(
    service: Service, sandbox: Sandbox
) -> None:
    """Asked, refused, and asked again later: the later one counts."""
    sandbox.faults.add(
        Fault(route="*/send", status=503, retry_after=9, times=1)
    )
    sandbox.faults.add(
        Fault(route="*/send", status=504, after_work=True, times=1)
    )
    sandbox.settings.transit = 55.0
    sandbox.settings.transit_as_draft = True
    await service.client.post(SENDS, json=MAIL, headers=ASYNC)
    await service.clock.sleep(120)

    assert len(asked_at(sandbox)) == 2
    assert copies(sandbox) == 1


@pytest.mark.anyio
async def test_t067_a_refusal_counts_when_the_doubt_is_over(
    service: Service, sandbox: Sandbox
) -> None:
    """A doubt, then a refusal, and a draft ever since: it has failed."""
    sandbox.faults.add(Fault(route="*/send", status=504, times=1))
    nobody = [{"address": "nobody@invalid.example"}]
    answer = await service.client.post(
        SENDS, json={**MAIL, "to": nobody}, headers=ASYNC
    )
    await service.client.post(SENDS, json=MAIL, headers=ASYNC)
    await service.clock.sleep(90)
    place = answer.headers["location"]
    failed = (await service.client.get(place)).json()
    drafts = sandbox.mailbox(ADDRESS).inside("drafts")

    assert failed["status"] == "failed"
    assert failed["problem"]["code"] == "recipients-rejected"
    assert failed["outcome"] == "not_performed"
    assert MAIL["subject"] not in [m["subject"] for m in drafts]
    # What stood behind it in the lane has had its turn.
    assert copies(sandbox) == 1


@pytest.mark.anyio
async def test_t075_a_refusal_is_no_doubt_for_who_asks_again(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Killed before the refusal could be told: told to the next, for good."""
    settings = settings_for(tmp_path)
    refused = {**MAIL, "to": [{"address": "nobody@invalid.example"}]}
    key = {"Idempotency-Key": "k"}
    sandbox.settings.latency = 1.0
    async with killed(settings, sandbox) as one:
        ask = one.client.post(SENDS, json=refused, headers=key)
        asking = asyncio.create_task(ask)
        await one.clock.sleep(0.5)
    async with started(settings, sandbox) as two:
        answer = await two.client.post(SENDS, json=refused, headers=key)
        again = await two.client.post(SENDS, json=refused, headers=key)

    assert asking.cancelled()
    assert answer.status_code == 422
    assert answer.json()["outcome"] == "not_performed"
    assert again.status_code == 422
    assert again.headers["Exchange-Graph-Calls"] == "0"


@given(
    doubt=st.floats(0.1, 3600),
    since=st.floats(-1e6, 1e6),
)
def test_a_draft_is_looked_at_for_as_long_as_there_is_doubt(
    doubt: float, since: float
) -> None:
    """At once, then more and more seldom, up to the end; never just once."""
    pauses = in_doubt(doubt, since)
    left = min(doubt, max(doubt - since, doubt / 4))

    assert pauses[0] == 0
    assert len(pauses) > 1
    assert sum(pauses) == pytest.approx(left)
    assert max(pauses) <= 30
