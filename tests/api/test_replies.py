"""Answering and forwarding messages, over the whole service."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
MESSAGES = f"/v1/mailboxes/{ADDRESS}/messages"
MESSAGE = "/users/{mailbox}/messages/{id}"
TOMASZ = "tomasz.wilk@northwind.example"
GRACE = {"name": "Grace", "address": "grace@contoso.example"}
YES = {"format": "text", "content": "Yes, <b>do</b>\nso."}
FILE = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "a.txt",
    "contentBytes": "aGVsbG8=",
}
IN_DOUBT = [
    pytest.param(Fault(status=504, after_work=True), id="504 after"),
    pytest.param(Fault(reset="after"), id="reset after"),
    pytest.param(Fault(hang=True, after_work=True), id="hang after"),
    pytest.param(Fault(status=504), id="504 before"),
    pytest.param(Fault(reset="before"), id="reset before"),
    pytest.param(Fault(status=429, retry_after=2), id="429"),
    pytest.param(Fault(status=503, retry_after=2), id="503"),
    pytest.param(Fault(status=503, after_work=True), id="503 after"),
]


def asked(sandbox: Sandbox, **properties: Any) -> str:
    """Deliver a question to Ada; return its path."""
    body = {"contentType": "html", "content": "<p>Shall <i>we</i>?</p>"}
    given = {"subject": "Question", "body": body, **properties}
    return f"{MESSAGES}/{sandbox.deliver(ADDRESS, **given)}"


def answers(sandbox: Sandbox, folder: str) -> list[dict[str, Any]]:
    inside = sandbox.mailbox(ADDRESS).inside(folder)
    return [one for one in inside if one["subject"][4:] == "Question"]


async def test_a_reply_is_sent(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """To who asked, in the conversation, above the question; once."""
    place = asked(sandbox)
    question = (await client.get(place)).json()
    answer = await client.post(
        f"{place}/reply",
        json={"send": True, "body": YES, "cc": [GRACE], "importance": "high"},
    )
    [sent] = answers(sandbox, "sentitems")
    read = await client.get(f"{MESSAGES}/{answer.json()['message_id']}")

    assert answer.status_code == 200
    assert answer.json()["status"] == "sent"
    assert answer.json()["message_id"] == sent["id"]
    assert read.json()["subject"] == "RE: Question"
    assert read.json()["thread_id"] == question["thread_id"]
    assert [one["address"] for one in read.json()["to"]] == [TOMASZ]
    assert [one["address"] for one in read.json()["cc"]] == [GRACE["address"]]
    assert read.json()["importance"] == "high"
    content = read.json()["body"]["content"]
    assert "Yes, &lt;b&gt;do&lt;/b&gt;<br>\nso." in content
    assert content.index("Yes") < content.index("<p>Shall <i>we</i>?</p>")
    assert answers(sandbox, "drafts") == []


async def test_a_reply_to_all_is_kept_and_sent_later(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A draft like any other: it has a place, and can be changed."""
    others = [
        {"emailAddress": {"address": ADDRESS}},
        {"emailAddress": {"address": "a@b.example"}},
    ]
    place = asked(sandbox, toRecipients=others)
    draft = await client.post(
        f"{place}/reply-all",
        json={
            "send": False,
            "subject": "Answer",
            "to": [{"address": "A@B.example"}, GRACE],
        },
    )
    where = draft.headers["location"]
    changed = await client.patch(where, json={"subject": "RE: Question"})
    sent = await client.post(f"{where}/send")

    assert draft.status_code == 201
    assert draft.json()["subject"] == "Answer"
    assert draft.json()["is_draft"] is True
    assert [one["address"] for one in changed.json()["to"]] == [
        TOMASZ,
        "a@b.example",
        GRACE["address"],
    ]
    assert "Shall" in draft.json()["body"]["content"]
    assert sent.json()["message_id"] == draft.json()["id"]
    assert len(answers(sandbox, "sentitems")) == 1


async def test_a_forward_takes_along_what_is_attached(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """To whom the caller says, with the files of the message."""
    place = asked(sandbox, attachments=[FILE])
    answer = await client.post(
        f"{place}/forward",
        json={"send": True, "to": [GRACE], "body": YES},
    )
    read = await client.get(f"{MESSAGES}/{answer.json()['message_id']}")
    kept = await client.post(f"{place}/forward", json={"send": False})

    assert read.json()["subject"] == "FW: Question"
    assert [one["name"] for one in read.json()["attachments"]] == ["a.txt"]
    assert [one["address"] for one in read.json()["to"]] == [GRACE["address"]]
    assert kept.status_code == 201
    assert kept.json()["to"] == []
    grace = sandbox.mailbox(GRACE["address"]).inside("inbox")
    assert [m["subject"] for m in grace].count("FW: Question") == 1


@pytest.mark.parametrize("fault", IN_DOUBT)
@pytest.mark.parametrize("route", ["createReply", "", "send"])
async def test_a_reply_goes_out_once(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: Fault, route: str
) -> None:
    """Whichever step is in doubt: one mail, finished, and no draft."""
    place = asked(sandbox)
    sandbox.faults.add(
        replace(
            fault,
            method="POST" if route else "PATCH",
            route=f"{MESSAGE}/{route}" if route else MESSAGE,
            times=1,
        )
    )
    answer = await client.post(
        f"{place}/reply",
        json={"send": True, "body": YES},
        headers={"Prefer": "wait=90"},
    )

    assert answer.status_code == 200, answer.text
    [sent] = answers(sandbox, "sentitems")
    assert sent["id"] == answer.json()["message_id"]
    assert sent["body"]["content"].count("Yes, ") == 1
    assert answers(sandbox, "drafts") == []


@pytest.mark.parametrize(
    "route", ["createForward", "", "send"], ids=["made", "written", "sent"]
)
@pytest.mark.parametrize("send", [True, False])
async def test_a_key_finds_what_was_left(
    service: Service, sandbox: Sandbox, route: str, *, send: bool
) -> None:
    """Cut off at any step and asked for again: one forward, whole."""
    place = f"{asked(sandbox)}/forward"
    sandbox.faults.add(
        Fault(
            method="POST" if route else "PATCH",
            route=f"{MESSAGE}/{route}" if route else MESSAGE,
            hang=True,
            after_work=True,
            times=1,
        )
    )
    body = {"send": send, "to": [GRACE], "body": YES}
    headers = {"Idempotency-Key": "k", "Prefer": "wait=5"}
    first = await service.client.post(place, json=body, headers=headers)
    await service.clock.sleep(100 if send else 0)
    headers["Prefer"] = "wait=60"
    second = await service.client.post(place, json=body, headers=headers)
    third = await service.client.post(place, json=body, headers=headers)

    if send:
        assert first.status_code == 202
        assert second.content == first.content
    elif route != "send":
        assert first.status_code == 504
    assert second.status_code == (202 if send else 201), second.text
    assert third.content == second.content
    [made] = answers(sandbox, "sentitems" if send else "drafts")
    assert made["body"]["content"].count("Yes, ") == 1
    everything = sandbox.mailbox(ADDRESS).messages
    assert [m["subject"] for m in everything].count("FW: Question") == 1


async def test_an_outcome_that_is_told_is_true(
    service: Service, sandbox: Sandbox
) -> None:
    """Before the draft is sent nothing was sent; after that it is open."""
    body = {"send": True, "body": YES}
    headers = {"Prefer": "wait=5"}
    outcomes = []
    for route in ("createReply", "send"):
        fault = sandbox.faults.add(Fault(route=f"*/{route}", hang=True))
        answer = await service.client.post(
            f"{asked(sandbox)}/reply", json=body, headers=headers
        )
        outcomes.append(answer.json()["outcome"])
        assert len(answers(sandbox, "sentitems")) == len(outcomes) - 1
        sandbox.faults.remove(fault)
        # What was accepted goes out, and lets the next one pass.
        await service.clock.sleep(100)

    assert outcomes == ["not_performed", "unknown"]


async def test_a_refused_reply_leaves_no_draft(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """What Exchange does not send does not lie about in Drafts."""
    answer = await client.post(
        f"{asked(sandbox)}/reply",
        json={"send": True, "cc": [{"address": "x@invalid.example"}]},
    )
    nobody = asked(sandbox, **{"from": None, "sender": None})
    lost = await client.post(f"{nobody}/reply", json={"send": True})

    for refused in (answer, lost):
        assert refused.json()["code"] == "recipients-rejected"
        assert refused.json()["outcome"] == "not_performed"
    assert answers(sandbox, "drafts") == []


@pytest.mark.parametrize("send", [True, False])
async def test_a_reply_that_cannot_be_written_leaves_no_draft(
    client: httpx.AsyncClient, sandbox: Sandbox, *, send: bool
) -> None:
    """Neither in Drafts nor in Deleted Items."""
    sandbox.faults.add(
        Fault(
            method="PATCH",
            route=MESSAGE,
            status=400,
            code="ErrorInvalidRequest",
        )
    )
    answer = await client.post(
        f"{asked(sandbox)}/reply", json={"send": send, "body": YES}
    )

    assert answer.status_code == 502
    assert answer.json()["outcome"] == "not_performed"
    everything = sandbox.mailbox(ADDRESS).messages
    assert "RE: Question" not in {one["subject"] for one in everything}


async def test_drafts_are_not_answered(client: httpx.AsyncClient) -> None:
    """There is nobody who wrote them yet."""
    draft = await client.post(MESSAGES, json={"subject": "Not yet"})
    answer = await client.post(
        f"{draft.headers['location']}/reply", json={"send": True}
    )

    assert answer.status_code == 409
    assert answer.json()["outcome"] == "not_performed"


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("reply", {}, "#/body/send"),
        ("reply", {"send": 1}, "#/body/send"),
        ("reply-all", {"send": True, "html": ""}, "#/body/html"),
        ("reply", {"send": True, "body": "x"}, "#/body/body"),
        ("reply", {"send": True, "subject": "a\nb"}, "#/body/subject"),
        ("reply", {"send": True, "to": [{}]}, "#/body/to/0/address"),
        ("forward", {"send": True}, "#/body"),
    ],
)
async def test_wrong_input_makes_nothing(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    action: str,
    body: dict[str, Any],
    pointer: str,
) -> None:
    """What is wrong is pointed at, and Graph hears nothing of it."""
    place = asked(sandbox)
    before = len(sandbox.calls)
    answer = await client.post(f"{place}/{action}", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert len(sandbox.calls) == before


async def test_unknown_messages(client: httpx.AsyncClient) -> None:
    """What is not there is not answered."""
    answer = await client.post(
        f"{MESSAGES}/AAMkAD=/reply", json={"send": True}
    )

    assert answer.json()["code"] == "item-not-found"
    assert answer.json()["outcome"] == "not_performed"
