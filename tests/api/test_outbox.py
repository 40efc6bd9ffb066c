"""What is sent later than its caller waits, and what callers can do then."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.ledger import Place
from tests.support.service import FABRIKAM, Service, started

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database_url")]

ADDRESS = "ada@contoso.example"
ADA = f"/v1/mailboxes/{ADDRESS}"
SENDS = f"{ADA}/sends"
MESSAGES = f"{ADA}/messages"
SEND = "/users/{mailbox}/messages/{id}/send"
AT_ONCE = {"Prefer": "respond-async"}
GOING_ON = {"queued", "sending", "verifying"}


def letter(subject: str = "Later", **more: Any) -> dict[str, Any]:
    return {
        "to": [{"address": "grace@contoso.example"}],
        "subject": subject,
        **more,
    }


def after(service: Service, **spans: float) -> str:
    """Return when that will be."""
    moment = service.clock.wall() + timedelta(**spans)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sent(sandbox: Sandbox, prefix: str = "Later") -> list[str]:
    """Return the subjects in Sent Items, the oldest first."""
    messages = sandbox.mailbox(ADDRESS).sent()
    subjects = [message["subject"] for message in reversed(messages)]
    return [s for s in subjects if s.startswith(prefix)]


def drafts(sandbox: Sandbox) -> list[str]:
    inside = sandbox.mailbox(ADDRESS).inside("drafts")
    return [message["subject"] for message in inside]


async def ended(service: Service, place: str) -> dict[str, Any]:
    """Follow a send to its end; return it."""
    for _ in range(200):
        found: dict[str, Any] = (await service.client.get(place)).json()
        if found["status"] not in GOING_ON:
            return found
        await service.clock.sleep(2)
    raise AssertionError(f"it never ends: {found}")


async def handed_in(service: Service, body: dict[str, Any]) -> str:
    """Hand a message in without waiting for it; return its place."""
    answer = await service.client.post(SENDS, json=body, headers=AT_ONCE)
    assert answer.status_code == 202
    place: str = answer.headers["location"]
    return place


async def test_who_does_not_wait_follows(
    service: Service, sandbox: Sandbox
) -> None:
    """202 at once, with the place; replayed alike; then sent, once."""
    headers = [
        ("Prefer", "handling=strict"),
        ("Prefer", "Respond-Async"),
        ("Idempotency-Key", "later"),
    ]
    client = service.client
    first = await client.post(SENDS, json=letter(), headers=headers)
    again = await client.post(SENDS, json=letter(), headers=headers)
    place = first.headers["location"]
    told = await client.get(place)
    end = await ended(service, place)
    last = await client.get(place)
    known = await client.get(
        place, headers={"If-None-Match": last.headers["etag"]}
    )

    assert first.status_code == again.status_code == 202
    assert first.headers["preference-applied"] == "respond-async"
    assert first.json()["status"] == "queued"
    assert first.json()["outcome"] == "not_performed"
    assert place == f"{SENDS}/{first.json()['id']}"
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    for name in ("location", "etag", "preference-applied"):
        assert again.headers[name] == first.headers[name]
    assert told.json()["status"] in GOING_ON
    assert told.headers["exchange-freshness"] == "fresh"
    assert (end["status"], end["outcome"]) == ("sent", "performed")
    assert known.status_code == 304
    assert sent(sandbox) == ["Later"]


async def test_every_way_to_send_can_be_followed(
    service: Service, sandbox: Sandbox
) -> None:
    """Done in time or not: the place is that of the sending."""
    client = service.client
    question = sandbox.deliver(ADDRESS, subject="Question")
    answering = {"send": True, "body": {"format": "text", "content": "Yes."}}
    forwarding = {**answering, "to": [{"address": "grace@contoso.example"}]}
    ways = {
        f"{MESSAGES}/{question}/reply": (200, answering),
        f"{MESSAGES}/{question}/reply-all": (200, answering),
        f"{MESSAGES}/{question}/forward": (200, forwarding),
        SENDS: (201, letter()),
    }
    for way, (status, body) in ways.items():
        done = await client.post(
            way, json=body, headers={"Prefer": "respond-async, wait=20"}
        )
        later = await client.post(way, json=body, headers=AT_ONCE)

        assert (done.status_code, later.status_code) == (status, 202)
        assert done.headers["preference-applied"] == "wait=20"
        for answer in (done, later):
            place = answer.headers["location"]
            assert place == f"{SENDS}/{answer.json()['id']}"
            assert (await ended(service, place))["status"] == "sent"
    assert sent(sandbox) == ["Later", "Later"]
    answers = [s for s in sent(sandbox, "") if s[4:] == "Question"]
    assert len(answers) == 6


async def test_time_is_up_before_graph_is_done(
    service: Service, sandbox: Sandbox
) -> None:
    """202 when the caller's seconds are over; a draft is sent once."""
    client = service.client
    draft = (await client.post(MESSAGES, json=letter())).json()["id"]
    sandbox.settings.latency = 3
    way = f"{MESSAGES}/{draft}/send"
    slow = await client.post(way, headers={"Prefer": "wait=1, respond-async"})
    twice = await client.post(way)
    end = await ended(service, slow.headers["location"])
    gone = await client.post(way)

    assert slow.status_code == 202
    assert slow.headers["preference-applied"] == "respond-async, wait=1"
    assert twice.status_code == gone.status_code == 409
    assert twice.json()["code"] == gone.json()["code"] == "conflict"
    assert twice.json()["outcome"] == "not_performed"
    assert (end["status"], end["message_id"]) == ("sent", draft)
    assert sent(sandbox) == ["Later"]


async def test_a_draft_goes_out_once_though_two_want_it(
    service: Service, sandbox: Sandbox
) -> None:
    """At the same time, by any name of the mailbox: all but one are told."""
    sandbox.settings.latency = 0.5
    mine = "/v1/mailboxes/support@contoso.example/messages"
    made = await service.client.post(mine, json=letter())
    ways = [f"{mine}/{made.json()['id']}/send"] * 3
    ways += [way.replace("support@", "help@") for way in ways]
    answers = await asyncio.gather(*map(service.client.post, ways))
    messages = sandbox.mailbox("support@contoso.example").sent()

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201, *[409] * 5]
    assert [m["subject"] for m in messages].count("Later") == 1


async def test_what_is_scheduled_leaves_in_its_time(
    service: Service, sandbox: Sandbox
) -> None:
    """Not before, and not twice; a time that is past is now."""
    client = service.client
    noon = after(service, minutes=20)
    later = await client.post(SENDS, json=letter(send_at=noon))
    now = await client.post(
        SENDS, json=letter("Later: now", send_at="0001-01-01T00:00:00Z")
    )
    await service.clock.sleep(20 * 60 - 10)
    before = sent(sandbox)
    await service.clock.sleep(20)
    end = await ended(service, later.headers["location"])

    assert later.status_code == 202
    assert later.json()["send_at"] == noon
    assert "preference-applied" not in later.headers
    assert (now.status_code, now.json()["status"]) == (201, "sent")
    assert now.json()["send_at"] == "0001-01-01T00:00:00Z"
    assert before == ["Later: now"]
    assert end["status"] == "sent"
    assert sent(sandbox) == ["Later: now", "Later"]


async def test_a_send_is_scheduled_anew(
    service: Service, sandbox: Sandbox
) -> None:
    """Later, then sooner; only as it is known, and while it is here."""
    client = service.client
    place = await handed_in(
        service, letter(send_at=after(service, minutes=10))
    )
    at_first = await client.get(place)
    moved = await client.patch(
        place,
        content=f'{{"send_at": "{after(service, minutes=30)}"}}',
        headers={
            "Content-Type": "application/merge-patch+json",
            "If-Match": at_first.headers["etag"],
        },
    )
    stale = [
        await client.request(
            method, place, json=body, headers={"If-Match": '"other"'}
        )
        for method, body in (("PATCH", {"send_at": None}), ("DELETE", None))
    ]
    await service.clock.sleep(20 * 60)
    waiting = (await client.get(place)).json()["status"]
    now = await client.patch(place, json={"send_at": None})
    end = await ended(service, place)
    gone = await client.patch(place, json={"send_at": None})

    assert moved.status_code == 200
    assert moved.json()["status"] == "queued"
    assert moved.json()["send_at"] > at_first.json()["send_at"]
    assert moved.headers["etag"] != at_first.headers["etag"]
    assert {answer.json()["code"] for answer in stale} == {
        "precondition-failed"
    }
    assert waiting == "queued"
    assert now.json()["send_at"] is None
    assert end["status"] == "sent"
    assert (gone.status_code, gone.json()["code"]) == (409, "conflict")
    assert sent(sandbox) == ["Later"]


async def test_a_send_is_taken_back(
    service: Service, sandbox: Sandbox
) -> None:
    """Before it has left, also after a try that failed; then never."""
    client = service.client
    scheduled = await handed_in(
        service, letter(send_at=after(service, minutes=10))
    )
    fault = sandbox.faults.add(Fault(route=SEND, status=429, retry_after=9))
    tried = await handed_in(service, letter("Later: tried"))
    await service.clock.sleep(34)
    known = await client.get(tried)
    left = drafts(sandbox)
    taken = [await client.delete(tried), await client.delete(scheduled)]
    again = await client.delete(scheduled)
    sandbox.faults.remove(fault)
    await service.clock.sleep(20 * 60)
    seen = [(await client.get(place)).json() for place in (tried, scheduled)]
    done = await client.post(SENDS, json=letter("Later: sent"))
    late = await client.delete(done.headers["location"])

    assert known.json()["problem"]["code"] == "graph-throttled"
    assert known.json()["problem"]["retry_after"] is None
    assert known.json()["status"] == "queued"
    assert "Later: tried" in left
    assert {answer.status_code for answer in (*taken, again)} == {204}
    for send in seen:
        assert send["status"] == "cancelled"
        assert send["outcome"] == "not_performed"
        assert send["message_id"] is send["problem"] is None
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert late.json()["outcome"] == "not_performed"
    assert "Later: tried" not in drafts(sandbox)
    assert sent(sandbox) == ["Later: sent"]


async def test_what_is_taken_back_leaves_no_draft(
    service: Service, sandbox: Sandbox
) -> None:
    """Also if Graph made one and could not say so."""
    fault = sandbox.faults.add(
        Fault(
            method="POST",
            route="/users/{mailbox}/messages",
            status=504,
            after_work=True,
            times=1,
        )
    )
    blind = sandbox.faults.add(
        Fault(method="GET", route="/users/{mailbox}/messages*", status=503)
    )
    place = await handed_in(service, letter())
    await service.clock.sleep(60)
    left = drafts(sandbox)
    sandbox.faults.remove(blind)
    taken = await service.client.delete(place)

    assert sandbox.faults.fired(fault) == 1
    assert "Later" in left
    assert taken.status_code == 204
    assert "Later" not in drafts(sandbox)
    assert sent(sandbox) == []


async def test_bad_times_and_names(service: Service) -> None:
    """Told where they stand; nobody finds what is not theirs."""
    client = service.client
    far = after(service, days=367)
    place = await handed_in(service, letter(send_at=after(service, days=365)))
    send = place.rpartition("/")[2]
    fabrikam = {"Exchange-Tenant": "fabrikam"}
    wrong = [
        await client.post(SENDS, json=letter(send_at=far)),
        await client.patch(place, json={"send_at": far}),
        await client.patch(place, json={"send_at": "tomorrow"}),
    ]
    unknown = [
        await client.get(f"{SENDS}/{'0' * 32}"),
        await client.get(f"/v1/mailboxes/grace@contoso.example/sends/{send}"),
        await client.get(place, headers=fabrikam),
        await client.patch(
            place.replace("contoso", "fabrikam"),
            json={"send_at": None},
            headers=fabrikam,
        ),
        await client.delete(place.replace("ada", "alan")),
    ]
    malformed = [
        await client.patch(place, json={}),
        await client.patch(place, json={"send_at": None, "subject": "x"}),
        await client.get(f"{SENDS}/{send.upper()[:-1]}Z"),
    ]
    upper = await client.get(place.replace("ada@", "ADA@"))

    for answer in wrong:
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["pointer"] == "#/body/send_at"
    for answer in unknown:
        assert (answer.status_code, answer.json()["code"]) == (
            404,
            "item-not-found",
        )
        assert answer.json()["resource"] == "send"
    assert {answer.status_code for answer in malformed} == {422}
    assert upper.status_code == 200


async def test_an_outage_ends_and_all_is_sent_in_order(
    service: Service, sandbox: Sandbox
) -> None:
    """Handed in while Graph is down; not one is lost, or there twice."""
    client = service.client
    service.network.down = True
    subjects = [f"Later {number}" for number in range(6)]
    first = await client.post(
        SENDS, json=letter(subjects[0]), headers={"Prefer": "wait=5"}
    )
    places = [first.headers["location"]]
    places += [await handed_in(service, letter(s)) for s in subjects[1:]]
    await service.clock.sleep(900)
    waiting = await client.get(places[0])
    counts = (await client.get("/ops")).json()["outbox"]
    sandbox.settings.latency = 1  # Else all is sent in the same second.
    service.network.down = False
    ends = [await ended(service, place) for place in places]

    assert (first.status_code, first.json()["status"]) == (202, "queued")
    assert waiting.json()["problem"]["retryable"]
    assert counts["queued"] == 6
    assert counts["oldest_due"] >= 900
    assert {end["status"] for end in ends} == {"sent"}
    assert {end["problem"] for end in ends} == {None}
    assert sent(sandbox) == subjects


async def test_who_waits_behind_others_is_answered_when_it_is_sent(
    service: Service, sandbox: Sandbox
) -> None:
    """Ten at once from one mailbox: each takes its turn, and nobody longer."""
    began = service.clock.now()
    answers = await asyncio.gather(
        *(
            service.client.post(SENDS, json=letter(f"Later {number}"))
            for number in range(10)
        )
    )
    took = service.clock.now() - began

    assert {answer.json()["status"] for answer in answers} == {"sent"}
    assert len(sent(sandbox)) == 10
    assert took == 0


async def test_a_promise_outlasts_what_operators_can_mend(
    service: Service, sandbox: Sandbox
) -> None:
    """Refused to who still waits; kept trying for who was told it goes on."""
    client = service.client
    sandbox.settings.latency = 1
    fault = sandbox.faults.add(
        Fault(route=SEND, status=403, code="Authorization_RequestDenied")
    )
    refused = await client.post(SENDS, json=letter("Later: refused"))
    promised = await client.post(
        SENDS, json=letter(), headers={"Prefer": "wait=1"}
    )
    place = promised.headers["location"]
    await service.clock.sleep(1800)
    # It may be tried just now, which takes some seconds.
    for _ in range(10):
        waiting = (await client.get(place)).json()
        if waiting["status"] == "queued":
            break
        await service.clock.sleep(1)
    sandbox.faults.remove(fault)
    end = await ended(service, place)

    assert refused.json()["code"] == "tenant-consent-missing"
    assert refused.json()["outcome"] == "not_performed"
    assert promised.status_code == 202
    assert waiting["status"] == "queued"
    assert waiting["problem"]["code"] == "tenant-consent-missing"
    assert end["status"] == "sent"
    assert sent(sandbox) == ["Later"]


async def test_what_waits_outlives_the_process_and_its_settings(
    place: Place, sandbox: Sandbox
) -> None:
    """Who does not know a tenant leaves its sends to who does."""
    ours = place.settings()
    async with started(ours, sandbox) as service:
        service.network.down = True
        location = await handed_in(service, letter())
        await service.clock.sleep(5)
    others = place.settings(tenants=[FABRIKAM])
    async with started(others, sandbox) as service:
        await service.clock.sleep(300)
        shown = (await service.client.get("/ops/outbox")).json()
    async with started(ours, sandbox) as service:
        end = await ended(service, location)

    assert shown["state"]["queued"] == 1
    assert shown["dead_letters"] == []
    assert end["status"] == "sent"
    assert sent(sandbox) == ["Later"]


async def test_a_mailbox_goes_by_any_of_its_names(
    service: Service,
) -> None:
    """A send is found by the name that its caller used."""
    client = service.client
    for name in ("help@contoso.example", "support@contoso.example"):
        answer = await client.post(
            f"/v1/mailboxes/{name}/sends", json=letter(), headers=AT_ONCE
        )
        place = answer.headers["location"]

        assert place.startswith(f"/v1/mailboxes/{name}/sends/")
        await client.get(f"/v1/mailboxes/{name}")
        assert (await ended(service, place))["status"] == "sent"


async def test_when_the_outbox_is_full(place: Place, sandbox: Sandbox) -> None:
    """Refused, not written down, and said so; with room it goes again."""
    outbox = {"capacity": 2}
    async with started(place.settings(outbox=outbox), sandbox) as service:
        client = service.client
        body = letter(send_at=after(service, hours=1))
        places = [await handed_in(service, body) for _ in range(2)]
        headers = {"Idempotency-Key": "full"}
        full = await client.post(SENDS, json=body, headers=headers)
        rows = await place.scalar("SELECT count(*) FROM sends")
        shown = (await client.get("/ops/outbox")).json()["state"]
        now = await client.post(SENDS, json=letter())
        await client.delete(places[0])
        room = await client.post(SENDS, json=body, headers=headers)

    assert (full.status_code, full.json()["code"]) == (
        503,
        "service-overloaded",
    )
    assert full.json()["outcome"] == "not_performed"
    assert full.json()["retryable"]
    assert int(full.headers["retry-after"]) > 0
    assert rows == 2
    assert (shown["queued"], shown["capacity"]) == (2, 2)
    # What waits for its time keeps nobody from sending now.
    assert (now.status_code, room.status_code) == (201, 202)
    assert sent(sandbox) == ["Later"]


async def test_operators_see_to_what_was_given_up(
    service: Service, sandbox: Sandbox
) -> None:
    """Each with its reason, and nobody's name; tried again, or forgotten."""
    client = service.client
    fault = sandbox.faults.add(
        Fault(route=SEND, status=400, code="ErrorInvalidRecipients")
    )
    places = [
        await handed_in(service, letter(subject))
        for subject in ("Later: mended", "Later: forgotten")
    ]
    ends = [await ended(service, place) for place in places]
    waited = await client.post(SENDS, json=letter("Later: told"))
    mended, forgotten = (place.rpartition("/")[2] for place in places)
    shown = await client.get("/ops/outbox", params={"tenant": "contoso"})
    one = await client.get("/ops/outbox", params={"limit": 1})
    none = await client.get("/ops/outbox", params={"tenant": "fabrikam"})
    left = drafts(sandbox)
    sandbox.faults.remove(fault)
    retried = await client.post(f"/ops/outbox/{mended}/retry")
    end = await ended(service, places[0])
    discarded = await client.post(f"/ops/outbox/{forgotten}/discard")
    gone = await client.get(places[1])
    refused = [
        await client.post(f"/ops/outbox/{name}/{action}")
        for name, action in (
            (mended, "retry"),
            (mended, "discard"),
            (forgotten, "retry"),
        )
    ]
    logged = service.events("ops.action")

    assert {end["status"] for end in ends} == {"failed"}
    assert waited.status_code == 422
    assert shown.json()["state"]["failed"] == 2
    letters = shown.json()["dead_letters"]
    assert [one["id"] for one in letters] == [forgotten, mended]
    assert letters[0]["tenant"] == "contoso"
    assert letters[0]["status"] == "failed"
    assert letters[0]["attempts"] == 1
    assert letters[0]["problem"]["code"] == "recipients-rejected"
    assert letters[0]["problem"]["action"]
    assert one.json()["dead_letters"] == letters[:1]
    assert none.json()["dead_letters"] == []
    assert "@" not in shown.text
    assert "Later" not in shown.text
    assert not {"Later: mended", "Later: forgotten"} & set(left)
    assert retried.json() == {
        "action": "outbox.retry",
        "tenant": "contoso",
        "count": 1,
    }
    assert (end["status"], end["problem"]) == ("sent", None)
    assert discarded.json()["action"] == "outbox.discard"
    assert [answer.status_code for answer in (gone, *refused)] == [
        404,
        409,
        409,
        404,
    ]
    assert [line["send_id"] for line in logged] == [
        mended,
        forgotten,
        mended,
        mended,
    ]
    assert [line["count"] for line in logged] == [1, 1, 0, 0]
    assert sent(sandbox) == ["Later: mended"]


async def test_what_nobody_knows_is_looked_for_first(
    place: Place, sandbox: Sandbox
) -> None:
    """Sent, and nobody could look: unknown, until an operator has it seen."""
    sandbox.faults.add(Fault(route=SEND, after_work=True, reset="after"))
    blind = sandbox.faults.add(
        Fault(route="/users/{mailbox}/messages/{id}", status=503)
    )
    settings = place.settings(outbox={"give_up_after": 100})
    async with started(settings, sandbox) as service:
        client = service.client
        location = await handed_in(service, letter())
        end = await ended(service, location)
        shown = (await client.get("/ops/outbox")).json()
        cancelled = await client.delete(location)
        sandbox.faults.remove(blind)
        await client.post(f"/ops/outbox/{end['id']}/retry")
        known = await ended(service, location)

    assert (end["status"], end["outcome"]) == ("unknown", "unknown")
    assert end["message_id"]
    assert end["problem"]["action"]
    assert shown["state"]["unknown"] == 1
    assert shown["dead_letters"][0]["status"] == "unknown"
    assert cancelled.status_code == 409
    assert (known["status"], known["attempts"]) == ("sent", end["attempts"])
    assert sent(sandbox) == ["Later"]


async def test_nothing_of_a_message_stays_behind(
    place: Place, sandbox: Sandbox
) -> None:
    """Sealed while it waits, deleted when it was sent or taken back."""
    words = ("Xylophone", "Zanzibar", "hidden@contoso.example", "ada@contoso")
    kept = "SELECT count(*) FROM sends WHERE submission IS NOT NULL"
    body = letter(
        "Later Xylophone",
        to=[{"address": "hidden@contoso.example", "name": "Zanzibar"}],
        body={"format": "text", "content": "Zanzibar and a Xylophone"},
    )
    async with started(place.settings(), sandbox) as service:
        later = {**body, "send_at": after(service, hours=1)}
        location = await handed_in(service, later)
        waiting, before = await place.contents(), await place.scalar(kept)
        await service.client.delete(location)
        await service.client.post(SENDS, json=body)
        ending, behind = await place.contents(), await place.scalar(kept)
    for content in (waiting, ending, await place.contents()):
        assert [word for word in words if word.encode() in content] == []
    assert (before, behind) == (1, 0)


async def test_without_a_ledger(place: Place, sandbox: Sandbox) -> None:
    """Nothing is taken on and nothing is promised; reads go on."""
    place.hinder()
    async with started(place.settings(), sandbox) as service:
        client = service.client
        refused = await client.post(SENDS, json=letter(), headers=AT_ONCE)
        asked: list[httpx.Response] = [
            await client.get(f"{SENDS}/{'0' * 32}"),
            await client.delete(f"{SENDS}/{'0' * 32}"),
            await client.get("/ops/outbox"),
            await client.post(f"/ops/outbox/{'0' * 32}/retry"),
        ]
        ops = await client.get("/ops")
        read = await client.get(MESSAGES)

    for answer in (refused, *asked):
        assert (answer.status_code, answer.json()["code"]) == (
            503,
            "ledger-unavailable",
        )
    assert refused.json()["outcome"] == "not_performed"
    assert "preference-applied" not in refused.headers
    assert ops.json()["outbox"] is None
    assert read.status_code == 200
    assert sent(sandbox) == []


async def test_two_who_take_it_back_both_have(service: Service) -> None:
    """Whoever is second finds it done."""
    body = letter(send_at=after(service, hours=1))
    place = await handed_in(service, body)
    answers = await asyncio.gather(
        *(service.client.delete(place) for _ in range(5))
    )

    assert {answer.status_code for answer in answers} == {204}
