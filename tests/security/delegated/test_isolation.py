"""Users and the app: nobody is given what is another's."""

import asyncio
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.security.delegated.people import (
    ADA,
    GRACE,
    ME,
    bearer,
    object_id,
    person,
)
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = f"{ME}/messages"
LETTER = {"to": [{"address": GRACE}], "subject": "Canary of Ada"}
ASYNC = {"Prefer": "respond-async"}
UNAVAILABLE = Fault(route="/users/*", status=503)


def told(answer: httpx.Response) -> tuple[int, str | None]:
    """Return the status and the code of an answer."""
    code: str | None = answer.json().get("code")
    return answer.status_code, code


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(
            {},
            marks=pytest.mark.attack(
                "A user asks for another's mailbox by its address",
                "403 caller-forbidden, Graph is not asked",
            ),
        ),
        pytest.param(
            {"claims": {"preferred_username": GRACE}},
            marks=pytest.mark.attack(
                "A forged preferred_username names another's mailbox",
                "the caller's own mailbox, whatever it is called",
            ),
        ),
        pytest.param(
            {"version": 1, "claims": {"upn": GRACE.upper()}},
            marks=pytest.mark.attack(
                "A forged upn names another's mailbox",
                "the caller's own mailbox, whatever it is called",
            ),
        ),
    ],
)
async def test_another_mailbox_by_its_name(
    service: Service, sandbox: Sandbox, forged: dict[str, Any]
) -> None:
    """Names in a token lead to the own mailbox and to no other."""
    sandbox.deliver(GRACE, subject="Canary of Grace")
    sandbox.deliver(ADA, subject="Canary of Ada")
    path = f"/v1/mailboxes/{GRACE}/messages"
    answer = await service.client.get(path, headers=person(sandbox, **forged))

    assert "Canary of Grace" not in answer.text
    if forged:
        assert "Canary of Ada" in answer.text
    else:
        assert told(answer) == (403, "caller-forbidden")
    assert {call.mailbox for call in sandbox.calls} <= {None, ADA}


@pytest.mark.attack(
    "A user asks for another's mailbox by its object id",
    "403 caller-forbidden, Graph is not asked",
)
async def test_another_mailbox_by_its_id(
    service: Service, sandbox: Sandbox
) -> None:
    """The id opens nothing to whom it is not; the own one does."""
    paths = [
        f"/v1/mailboxes/{spelled}/messages"
        for name in (GRACE, ADA)
        for spelled in (
            object_id(sandbox, name),
            object_id(sandbox, name).upper(),
        )
    ]
    ada = person(sandbox)
    answers = [await service.client.get(path, headers=ada) for path in paths]

    assert [answer.status_code for answer in answers] == [403, 403, 200, 200]
    assert {call.mailbox for call in sandbox.calls} <= {None, ADA}


@pytest.mark.attack(
    "An application by itself asks for me", "404 mailbox-not-found"
)
async def test_nobody_is_me_to_an_application(
    service: Service, sandbox: Sandbox
) -> None:
    """There is no user, and so no such mailbox."""
    answer = await service.client.get(MESSAGES, headers=bearer(sandbox))

    assert told(answer) == (404, "mailbox-not-found")


@pytest.mark.attack(
    "A cursor of another user, or of the app, for the same mailbox",
    "400 invalid-cursor",
)
async def test_cursors_of_others(service: Service, sandbox: Sandbox) -> None:
    """A cursor is good for those rights with which it was made."""
    client = service.client
    path = f"/v1/mailboxes/{ADA}/messages"
    first = {
        name: await client.get(where, headers=who, params={"limit": 2})
        for name, where, who in (
            ("ada", path, person(sandbox)),
            ("grace", MESSAGES, person(sandbox, GRACE)),
            ("app", path, bearer(sandbox)),
        )
    }
    cursors = {
        name: page.json()["next_cursor"] for name, page in first.items()
    }
    tried = [
        await client.get(
            path,
            headers=person(sandbox) if to == "ada" else bearer(sandbox),
            params={"limit": 2, "cursor": cursors[of]},
        )
        for of, to in (
            ("grace", "ada"),
            ("app", "ada"),
            ("ada", "app"),
        )
    ]
    own = await client.get(
        first["ada"].links["next"]["url"], headers=person(sandbox)
    )

    assert [told(answer) for answer in tried] == [(400, "invalid-cursor")] * 3
    assert own.status_code == 200
    assert "/me/" not in first["ada"].links["next"]["url"]
    assert "/me/" in first["grace"].links["next"]["url"]


@pytest.mark.attack(
    "The id of a message that somebody else is sending",
    "404 item-not-found, also to change it or take it back",
)
async def test_sends_of_others(service: Service, sandbox: Sandbox) -> None:
    """Whoever handed it in follows it; not even the app of that mailbox."""
    client, ada = service.client, person(sandbox)
    sandbox.faults.add(UNAVAILABLE)
    handed_in = await client.post(
        f"{ME}/sends", json=LETTER, headers=ada | ASYNC
    )
    place = handed_in.headers["location"]
    send = place.rpartition("/")[2]
    mailbox = f"/v1/mailboxes/{object_id(sandbox, ADA)}"
    others = [
        (f"{ME}/sends/{send}", person(sandbox, GRACE)),
        (f"{mailbox}/sends/{send}", bearer(sandbox)),
    ]
    tried = [
        await client.request(method, path, json=body, headers=who)
        for path, who in others
        for method, body in (
            ("GET", None),
            ("DELETE", None),
            ("PATCH", {"send_at": None}),
        )
    ]
    by_app = await client.post(
        f"{mailbox}/sends",
        json=LETTER,
        headers=bearer(sandbox) | ASYNC,
    )
    of_app = await client.get(by_app.headers["location"], headers=ada)
    own = await client.get(place, headers=person(sandbox))

    assert place == f"{ME}/sends/{send}"
    assert {told(answer) for answer in tried} == {(404, "item-not-found")}
    assert told(of_app) == (404, "item-not-found")
    assert own.json()["status"] == "queued"


@pytest.mark.attack(
    "The Idempotency-Key of another user, with the same request",
    "a request of its own: the answer of the other is not replayed",
)
async def test_keys_of_others(service: Service, sandbox: Sandbox) -> None:
    """A key belongs to who used it first, in each of their names."""
    client, key = service.client, {"Idempotency-Key": "the-same"}
    answers = [
        await client.post(f"{place}/messages", json=LETTER, headers=who | key)
        for place, who in (
            (ME, person(sandbox)),
            (ME, person(sandbox, GRACE)),
            (f"/v1/mailboxes/{ADA}", bearer(sandbox)),
            (ME, person(sandbox)),
        )
    ]
    ids = [answer.json()["id"] for answer in answers]

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len(set(ids[:3])) == 3
    assert ids[3] == ids[0]
    assert answers[3].headers["idempotent-replayed"] == "true"
    assert not any("idempotent-replayed" in a.headers for a in answers[:3])


@pytest.mark.attack(
    "An answer that is kept for another user or the app, while Graph is down",
    "504 not-in-cache or 503: nothing of what was fetched for others",
)
async def test_kept_answers_of_others(
    service: Service, sandbox: Sandbox
) -> None:
    """Of one mailbox, at once, later and from memory: each their own."""
    client, path = service.client, f"/v1/mailboxes/{ADA}/messages"
    sandbox.deliver(ADA, subject="Canary of Ada")
    by_app = await client.get(path, headers=bearer(sandbox))
    ada = person(sandbox)
    cached = {"Cache-Control": "only-if-cached"}
    unseen = await client.get(path, headers=ada | cached)
    sandbox.faults.add(UNAVAILABLE)
    down = await client.get(path, headers=ada)
    kept = await client.get(path, headers=bearer(sandbox) | cached)

    assert "Canary of Ada" in by_app.text
    assert told(unseen) == (504, "not-in-cache")
    assert told(down) == (503, "graph-unavailable")
    assert kept.status_code == 200


async def test_a_refused_user_takes_nothing_from_others(
    service: Service, sandbox: Sandbox
) -> None:
    """A 403 makes the service forget what it fetched for that user alone."""
    client, path = service.client, f"/v1/mailboxes/{ADA}/messages"
    ada, cached = person(sandbox), {"Cache-Control": "only-if-cached"}
    for who in (ada, bearer(sandbox)):
        await client.get(path, headers=who)
    sandbox.faults.add(Fault(route="/users/*", user=ADA, status=403))
    denied = await client.get(f"{path}?limit=3", headers=ada)
    mine = await client.get(path, headers=ada | cached)
    theirs = await client.get(path, headers=bearer(sandbox) | cached)

    assert denied.status_code == 403
    assert told(mine) == (504, "not-in-cache")
    assert theirs.status_code == 200


@pytest.mark.attack(
    "A token for Graph that was got with one sign-in, used for another",
    "each sign-in is shown to Entra ID; one that is refused opens nothing",
)
async def test_each_sign_in_is_exchanged(
    service: Service, sandbox: Sandbox
) -> None:
    """What Entra ID gave for one of a user's tokens is not for the next."""
    client, path = service.client, MESSAGES
    first, fresh = person(sandbox), {"Cache-Control": "no-cache"}
    await client.get(path, headers=first)
    sandbox.faults.add(Fault(route="token", user=ADA, aadsts=500133))
    second = await client.get(path, headers=person(sandbox) | fresh)
    still = await client.get(path, headers=first | fresh)

    assert told(second) == (401, "caller-unauthenticated")
    assert still.status_code == 200


async def test_sign_ins_of_one_user_do_not_share_a_refusal(
    service: Service, sandbox: Sandbox
) -> None:
    """Asked at the same time, each has the answer that is its own."""
    first, second = person(sandbox), person(sandbox)
    sandbox.faults.add(Fault(route="token", user=ADA, aadsts=500133, times=1))
    answers = await asyncio.gather(
        *(service.client.get(MESSAGES, headers=who) for who in (first, second))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 401]


async def test_one_exchange_for_all_that_is_asked_at_once(
    service: Service, sandbox: Sandbox
) -> None:
    """Twenty requests with one sign-in: Entra ID is asked once."""
    ada = person(sandbox)
    answers = await asyncio.gather(
        *(
            service.client.get(MESSAGES, params={"limit": n}, headers=ada)
            for n in range(1, 21)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    assert sum(call.route == "token" for call in sandbox.calls) == 1


async def test_what_is_made_is_found_at_me(
    service: Service, sandbox: Sandbox
) -> None:
    """Places and cursors lead where the caller came from."""
    client, ada = service.client, person(sandbox)
    made = await client.post(f"{ME}/messages", json=LETTER, headers=ada)
    place = made.headers["location"]
    found = await client.get(place, headers=ada)
    upper = await client.get(place.replace("/me/", "/ME/"), headers=ada)

    assert place.startswith(f"{MESSAGES}/")
    assert (
        found.json()["subject"] == upper.json()["subject"] == "Canary of Ada"
    )


async def test_what_is_of_others_is_seen_with_the_users_rights(
    service: Service, sandbox: Sandbox
) -> None:
    """The directory, people, rooms and free/busy: never with the app's."""
    client, ada = service.client, person(sandbox)
    span = {"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T18:00:00Z"}
    answers = [
        await client.get("/v1/mailboxes", headers=ada),
        await client.get(ME, headers=ada),
        await client.get(f"{ME}/overview", headers=ada),
        await client.get(f"{ME}/people", headers=ada),
        await client.get("/v1/rooms", headers=ada),
        await client.post(
            f"{ME}/free-busy",
            json={"addresses": [GRACE], **span},
            headers=ada,
        ),
        await client.post(
            f"{ME}/meeting-times",
            json={"duration": "PT30M", "required": [GRACE], **span},
            headers=ada,
        ),
    ]

    assert [answer.status_code for answer in answers] == [200] * 7
    assert {call.user for call in sandbox.calls if call.app} == {ADA}
