"""Idempotency keys over the whole service, in processes that share a ledger.

They share the data directory too, as on one machine, so that each has a name
of its own in the ledger, and who starts anew has the name of who has gone.
"""

import asyncio
from typing import Any

import pytest

from app.sandbox import Fault, Sandbox
from app.settings import Settings
from tests.support.callers import called
from tests.support.killing import killed
from tests.support.ledger import Place
from tests.support.service import settings_for, started

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
ADA = f"/v1/mailboxes/{ADDRESS}"
CONTACTS = f"{ADA}/contacts"
CONTACT: dict[str, Any] = {"given_name": "Quartz"}
ROUTE = "/users/{mailbox}/contacts"
KEY = {"Idempotency-Key": "k"}


@pytest.fixture
def settings(place: Place) -> Settings:
    """The settings of all processes."""
    return settings_for(place.data_dir, database_url=place.url)


def made(sandbox: Sandbox) -> int:
    """Return how many of the contacts there are."""
    book = sandbox.mailbox(ADDRESS).state.contacts
    found = [c.properties["givenName"] for c in book.contacts.values()]
    return found.count("Quartz")


def asked(sandbox: Sandbox) -> int:
    """Return how often Graph was asked to make one."""
    return sum(
        call.method == "POST" and call.route == ROUTE for call in sandbox.calls
    )


async def test_t69_the_answer_is_replayed_by_whoever_is_asked(
    settings: Settings, sandbox: Sandbox
) -> None:
    """By another process, and by the next one: all of it, from no Graph."""
    async with (
        started(settings, sandbox) as one,
        started(settings, sandbox) as two,
    ):
        first = await one.client.post(CONTACTS, json=CONTACT, headers=KEY)
        calls = len(sandbox.calls)
        other = await two.client.post(CONTACTS, json=CONTACT, headers=KEY)
    async with started(settings, sandbox) as three:
        again = await three.client.post(CONTACTS, json=CONTACT, headers=KEY)
        assert len(sandbox.calls) == calls

    assert first.status_code == 201
    for replayed in (other, again):
        assert replayed.status_code == first.status_code
        assert replayed.content == first.content
        for name in ("Location", "ETag", "Content-Type"):
            assert replayed.headers.get(name) == first.headers.get(name)
        assert replayed.headers["Idempotent-Replayed"] == "true"
    assert made(sandbox) == 1


async def test_t69_a_final_refusal_is_replayed_and_a_passing_one_is_not(
    settings: Settings, sandbox: Sandbox
) -> None:
    """As it was, word for word; what may pass leaves the key for anything."""
    sandbox.faults.add(
        Fault(route=ROUTE, status=403, code="ErrorAccessDenied", times=1)
    )
    async with started(settings, sandbox) as one:
        first = await one.client.post(CONTACTS, json=CONTACT, headers=KEY)
    async with started(settings, sandbox) as two:
        again = await two.client.post(CONTACTS, json=CONTACT, headers=KEY)
        two.network.down = True
        passing = {"Idempotency-Key": "p", "Prefer": "wait=2"}
        busy = await two.client.post(CONTACTS, json=CONTACT, headers=passing)
        two.network.down = False
        await two.clock.sleep(60)
        other = {"given_name": "Other"}
        free = await two.client.post(CONTACTS, json=other, headers=passing)

    assert first.status_code == again.status_code == 403
    told = [{**a.json(), "request_id": ""} for a in (first, again)]
    assert told[0] == told[1]
    assert busy.status_code == 503
    assert busy.json()["outcome"] == "not_performed"
    assert free.status_code == 201
    assert made(sandbox) == 0


async def test_t70_a_hundred_at_once_in_two_processes(
    settings: Settings, sandbox: Sandbox
) -> None:
    """One effect and one answer; who cannot wait is told to come back."""
    sandbox.settings.latency = 3.0
    async with (
        started(settings, sandbox) as one,
        started(settings, sandbox) as two,
    ):
        asking = [
            asyncio.create_task(
                each.client.post(CONTACTS, json=CONTACT, headers=KEY)
            )
            for each in (one, two) * 50
        ]
        await one.clock.sleep(1)
        refused = await two.client.post(
            CONTACTS, json=CONTACT, headers={**KEY, "Prefer": "wait=1"}
        )
        answers = await asyncio.gather(*asking)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert refused.status_code == 409
    assert refused.json()["code"] == "idempotency-key-in-use"
    assert refused.json()["outcome"] == "unknown"
    assert refused.headers["Retry-After"] == "1"
    assert made(sandbox) == asked(sandbox) == 1


async def test_t71_t73_t74_whose_key_it_is_and_for_what(
    settings: Settings, sandbox: Sandbox
) -> None:
    """Nothing invalid burns it; then it is this caller's, for this request.

    T72 has no case: there is no operation that demands a key.
    """

    def of(caller: str) -> dict[str, str]:
        return {**KEY, "X-API-Key": caller}

    async with (
        started(settings, sandbox, authenticate=called()) as one,
        started(settings, sandbox, authenticate=called()) as two,
    ):
        wrong = {"given_name": 7}
        invalid = await one.client.post(CONTACTS, json=wrong, headers=of("a"))
        first = await one.client.post(CONTACTS, json=CONTACT, headers=of("a"))
        calls = len(sandbox.calls)
        other = {"given_name": "Other"}
        reused = await two.client.post(CONTACTS, json=other, headers=of("a"))
        assert len(sandbox.calls) == calls
        theirs = await two.client.post(CONTACTS, json=CONTACT, headers=of("b"))
        elsewhere = await two.client.post(
            "/v1/mailboxes/linus@fabrikam.example/contacts",
            json=CONTACT,
            headers={**of("a"), "Exchange-Tenant": "fabrikam"},
        )

    assert invalid.status_code == 422
    assert reused.json()["code"] == "idempotency-key-reused"
    done = [answer.status_code for answer in (first, theirs, elsewhere)]
    assert done == [201, 201, 201]
    assert "Idempotent-Replayed" not in theirs.headers
    assert made(sandbox) == 2


async def test_t75_who_is_gone_is_waited_for_until_that_is_sure(
    settings: Settings, sandbox: Sandbox
) -> None:
    """Killed when Graph had done it: another process finds what was done."""
    sandbox.faults.add(
        Fault(method="POST", route=ROUTE, hang=True, after_work=True, times=1)
    )
    async with started(settings, sandbox) as another:
        async with killed(settings, sandbox) as one:
            lost = one.client.post(CONTACTS, json=CONTACT, headers=KEY)
            asking = asyncio.create_task(lost)
            await one.clock.sleep(2)
        impatient = {**KEY, "Prefer": "wait=3"}
        began = another.clock.now()
        refused = await another.client.post(
            CONTACTS, json=CONTACT, headers=impatient
        )
        answer = await another.client.post(CONTACTS, json=CONTACT, headers=KEY)
        took = another.clock.now() - began

    assert asking.cancelled()
    assert refused.status_code == 409
    assert answer.status_code == 201
    assert 6 < took < 23
    assert made(sandbox) == asked(sandbox) == 1


async def test_t76_without_a_ledger_nothing_is_begun(
    settings: Settings, sandbox: Sandbox, place: Place
) -> None:
    """Every POST is refused, with a key or without; all else goes on."""
    async with started(settings, sandbox) as service:
        client = service.client
        first = await client.post(CONTACTS, json=CONTACT)
        mine = f"{CONTACTS}/{first.json()['id']}"
        await service.clock.sleep(5)
        with place.away():
            refused = [
                await client.post(CONTACTS, json=CONTACT, headers=headers)
                for headers in ({}, KEY, {})
            ]
            read = await client.get(mine)
            changed = await client.patch(mine, json={"surname": "Q"})
            removed = await client.delete(mine)
        again = await client.post(CONTACTS, json=CONTACT, headers=KEY)

    for answer in refused:
        assert answer.status_code == 503
        assert answer.json()["code"] == "ledger-unavailable"
        assert answer.json()["outcome"] == "not_performed"
        assert int(answer.headers["Retry-After"]) > 0
    others = [answer.status_code for answer in (read, changed, removed)]
    assert others == [200, 200, 204]
    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again.headers
    # The first one lies in Deleted Items.
    assert made(sandbox) == asked(sandbox) == 2


async def test_t77_a_key_is_remembered_as_long_as_is_said(
    place: Place, sandbox: Sandbox
) -> None:
    """After EXCHANGE_LEDGER__KEEP_KEYS it is new, and so is what it does."""
    settings = settings_for(
        place.data_dir, database_url=place.url, ledger={"keep_keys": 60}
    )
    async with started(settings, sandbox) as service:
        client = service.client
        first = await client.post(CONTACTS, json=CONTACT, headers=KEY)
        await service.clock.sleep(59)
        second = await client.post(CONTACTS, json=CONTACT, headers=KEY)
        await service.clock.sleep(61)
        third = await client.post(CONTACTS, json=CONTACT, headers=KEY)
        document = await client.get("/openapi.json")

    assert second.content == first.content
    assert third.json()["id"] != first.json()["id"]
    assert made(sandbox) == 2
    assert "EXCHANGE_LEDGER__KEEP_KEYS" in document.text


async def test_keys_outlive_the_secrets(
    place: Place, sandbox: Sandbox
) -> None:
    """Rotated twice: nothing is done again, and nothing needs the old one."""
    old, new = "a-key-of-the-tests", "another-key-of-the-tests"
    answers = []
    for secrets in ([old], [new, old], [new]):
        settings = settings_for(
            place.data_dir, database_url=place.url, secret_keys=secrets
        )
        async with started(settings, sandbox) as service:
            answers.append(
                await service.client.post(CONTACTS, json=CONTACT, headers=KEY)
            )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert made(sandbox) == 1
