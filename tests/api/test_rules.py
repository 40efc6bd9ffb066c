"""Inbox rules, over the whole service."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
RULES = f"{ADA}/rules"
ROUTE = "/users/{mailbox}/mailFolders/{folder}/messageRules"
PEOPLE = [{"name": "Grace", "address": "grace@contoso.example"}]
CONDITIONS: dict[str, Any] = {
    "body_contains": ["a"],
    "body_or_subject_contains": ["b"],
    "categories": ["Aurora"],
    "from_addresses": PEOPLE,
    "has_attachments": True,
    "header_contains": ["c"],
    "importance": "high",
    "is_approval_request": False,
    "is_automatic_forward": True,
    "is_automatic_reply": True,
    "is_encrypted": True,
    "is_meeting_request": True,
    "is_meeting_response": True,
    "is_non_delivery_report": True,
    "is_permission_controlled": True,
    "is_read_receipt": True,
    "is_signed": True,
    "is_voicemail": True,
    "message_action_flag": "reply_to_all",
    "not_sent_to_me": True,
    "recipient_contains": ["d"],
    "sender_contains": ["ADELE"],
    "sensitivity": "confidential",
    "sent_cc_me": True,
    "sent_only_to_me": True,
    "sent_to_addresses": PEOPLE,
    "sent_to_me": True,
    "sent_to_or_cc_me": True,
    "subject_contains": ["e"],
    "within_size_range": {"minimum_size": 1, "maximum_size": 9},
}
ACTIONS: dict[str, Any] = {
    "assign_categories": ["Aurora"],
    "delete": False,
    "forward_as_attachment_to": PEOPLE,
    "forward_to": PEOPLE,
    "mark_as_read": True,
    "mark_importance": "low",
    "permanent_delete": False,
    "redirect_to": PEOPLE,
    "stop_processing_rules": True,
}
INVOICES: dict[str, Any] = {
    "name": "Invoices",
    "sequence": 4,
    "conditions": {"sender_contains": ["billing"]},
    "actions": {"mark_as_read": True},
}


def place(rule: dict[str, Any]) -> str:
    """Return the path of a rule."""
    return f"{RULES}/{quote(rule['id'], safe='')}"


def posts(sandbox: Sandbox) -> int:
    """Return how many rules Graph was asked to make."""
    return sum(
        call.method == "POST" and "messageRules" in call.path
        for call in sandbox.calls
    )


async def seeded(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Return the rules that are there."""
    answer = await client.get(RULES, headers={"Cache-Control": "no-cache"})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_rules_are_listed(client: httpx.AsyncClient) -> None:
    """In their order and in pages; one is read-only and shows nothing."""
    first = await client.get(RULES, params={"limit": 2})
    second = await client.get(
        RULES, params={"limit": 2, "cursor": first.json()["next_cursor"]}
    )
    rules = [*first.json()["items"], *second.json()["items"]]
    aurora = await client.get(place(rules[1]))
    known = await client.get(
        place(rules[1]), headers={"If-None-Match": aurora.headers["etag"]}
    )

    assert [rule["sequence"] for rule in rules] == [1, 2, 3]
    assert [rule["is_read_only"] for rule in rules] == [False, False, True]
    assert rules[2]["conditions"] == rules[2]["actions"] == {}
    assert aurora.json() == rules[1]
    assert rules[1]["conditions"]["from_addresses"] == [
        {"name": "Ines Moreau", "address": "ines.moreau@northwind.example"}
    ]
    assert rules[1]["exceptions"] == {"is_automatic_reply": True}
    assert known.status_code == 304


async def test_all_of_a_rule_comes_back(client: httpx.AsyncClient) -> None:
    """Every condition and action that Graph has, and folders by name."""
    made = await client.post(
        RULES,
        json={
            "name": "All",
            "is_enabled": False,
            "conditions": CONDITIONS,
            "exceptions": CONDITIONS,
            "actions": {
                **ACTIONS,
                "copy_to_folder": "archive",
                "move_to_folder": "inbox",
            },
        },
    )
    rule = made.json()
    archive = await client.get(f"{ADA}/folders/archive")
    inbox = await client.get(f"{ADA}/folders/inbox")
    got = await client.get(made.headers["location"])

    assert made.status_code == 201
    assert rule["conditions"] == rule["exceptions"] == CONDITIONS
    assert rule["actions"] == {
        **ACTIONS,
        "copy_to_folder": archive.json()["id"],
        "move_to_folder": inbox.json()["id"],
    }
    assert rule["sequence"] == 1
    assert rule["is_enabled"] is False
    assert rule["unrecognized"] == []
    assert got.json() == rule
    assert got.headers["etag"] == made.headers["etag"]


async def test_a_patch_is_merged(client: httpx.AsyncClient) -> None:
    """What it leaves out stays, though Graph takes the parts as wholes."""
    aurora = (await seeded(client))[1]
    tag = (await client.get(place(aurora))).headers["etag"]
    changed = await client.patch(
        place(aurora),
        json={
            "name": "Aurora",
            "conditions": {
                "has_attachments": True,
                "from_addresses": None,
                "within_size_range": {"minimum_size": 5},
            },
            "exceptions": None,
            "actions": {"mark_as_read": True, "mark_importance": None},
        },
        headers={"If-Match": tag},
    )
    late = await client.patch(
        place(aurora), json={"name": "x"}, headers={"If-Match": tag}
    )

    assert changed.json() == {
        **aurora,
        "name": "Aurora",
        "conditions": {
            "subject_contains": ["Aurora"],
            "has_attachments": True,
            "within_size_range": {
                "minimum_size": 5,
                "maximum_size": 2**31 - 1,
            },
        },
        "exceptions": {},
        "actions": {"assign_categories": ["Aurora"], "mark_as_read": True},
    }
    assert late.status_code == 412


async def test_read_only_rules_are_a_conflict(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Neither changed nor deleted, and Graph is not asked to."""
    rule = (await seeded(client))[2]
    changed = await client.patch(place(rule), json={"is_enabled": False})
    deleted = await client.delete(place(rule))

    assert changed.status_code == deleted.status_code == 409
    assert changed.json()["outcome"] == "not_performed"
    assert {c.method for c in sandbox.calls if "Rules" in c.path} == {"GET"}


async def test_a_rule_is_deleted(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Once, whatever Graph says in between; then it is not there."""
    rule = (await seeded(client))[0]
    tag = (await client.get(place(rule))).headers["etag"]
    wrong = await client.delete(place(rule), headers={"If-Match": '"x"'})
    sandbox.faults.add(
        Fault(
            route=f"{ROUTE}/*",
            method="DELETE",
            status=504,
            after_work=True,
            times=1,
        )
    )
    deleted = await client.delete(place(rule), headers={"If-Match": tag})
    again = await client.delete(place(rule))

    assert wrong.status_code == 412
    assert deleted.status_code == 204
    assert again.status_code == 404
    assert len(await seeded(client)) == 2


@pytest.mark.parametrize(
    ("method", "body", "pointer"),
    [
        ("POST", {**INVOICES, "actions": {}}, "#/body"),
        ("POST", {**INVOICES, "actions": {"delete": None}}, "#/body"),
        ("POST", {"name": "a"}, "#/body/actions"),
        ("POST", {**INVOICES, "name": ""}, "#/body/name"),
        ("POST", {**INVOICES, "sequence": 0}, "#/body/sequence"),
        ("POST", {**INVOICES, "has_error": True}, "#/body/has_error"),
        (
            "POST",
            {**INVOICES, "conditions": {"is_sung": True}},
            "#/body/conditions/is_sung",
        ),
        (
            "POST",
            {**INVOICES, "conditions": {"importance": "unknown"}},
            "#/body/conditions/importance",
        ),
        (
            "POST",
            {**INVOICES, "actions": {"forward_to": [{"address": "x"}]}},
            "#/body/actions/forward_to/0/address",
        ),
        ("PATCH", {}, "#/body"),
        ("PATCH", {"actions": None}, "#/body/actions"),
        ("PATCH", {"is_enabled": None}, "#/body/is_enabled"),
        ("PATCH", {"id": "x"}, "#/body/id"),
    ],
)
async def test_what_cannot_be_is_refused(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    method: str,
    body: Any,
    pointer: str,
) -> None:
    """422 tells where it is wrong, and Graph is not asked."""
    path = f"{RULES}/abc" if method == "PATCH" else RULES
    answer = await client.request(method, path, json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not sandbox.calls


@pytest.mark.parametrize("after_work", [True, False])
async def test_in_doubt_it_is_made_once(
    client: httpx.AsyncClient, sandbox: Sandbox, *, after_work: bool
) -> None:
    """A rule that does the same under the name is the one in doubt."""
    sandbox.faults.add(
        Fault(
            route=ROUTE,
            method="POST",
            status=504,
            after_work=after_work,
            times=1,
        )
    )
    headers = {"Idempotency-Key": "rule-1"}
    made = await client.post(RULES, json=INVOICES, headers=headers)
    again = await client.post(RULES, json=INVOICES, headers=headers)
    rules = await seeded(client)

    assert made.status_code == again.status_code == 201
    assert again.json() == made.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert [rule["name"] for rule in rules].count("Invoices") == 1
    assert posts(sandbox) == 2 - after_work


async def test_what_only_looks_alike_is_another(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """The same name with another action does not pass for what was made."""
    await client.post(RULES, json={**INVOICES, "actions": {"delete": True}})
    sandbox.faults.add(Fault(route=ROUTE, method="POST", status=504, times=1))
    made = await client.post(RULES, json=INVOICES)
    rules = await seeded(client)

    assert made.json()["actions"] == {"mark_as_read": True}
    assert [rule["name"] for rule in rules].count("Invoices") == 2


async def test_failures_of_writes_tell_the_truth(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A failed look has changed nothing; a lost change may be done."""
    rule = (await seeded(client))[0]
    look = sandbox.faults.add(Fault(route=f"{ROUTE}/*", status=503))
    unseen = await client.patch(place(rule), json={"name": "x"})
    sandbox.faults.clear()
    sandbox.faults.add(
        Fault(route=f"{ROUTE}/*", method="PATCH", status=504, after_work=True)
    )
    lost = await client.patch(place(rule), json={"name": "x"})

    assert look is not None
    assert unseen.json()["outcome"] == "not_performed"
    assert lost.json()["outcome"] == "unknown"
    assert (await seeded(client))[0]["name"] == "x"


async def test_old_rules_stand_in_for_an_hour(service: Service) -> None:
    """And no longer."""
    await service.client.get(RULES)
    service.network.down = True
    await service.clock.sleep(3500)
    young = await service.client.get(RULES)
    await service.clock.sleep(600)
    old = await service.client.get(RULES)

    assert young.headers["exchange-freshness"] == "stale"
    assert old.status_code == 503
