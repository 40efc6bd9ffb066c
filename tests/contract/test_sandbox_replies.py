"""Replies and forwards, drafted or sent at once."""

from typing import Any

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE,
    GRACE_ADDRESS,
    Entity,
    folder_id,
    new_draft,
    person,
    refusal,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("immutable")]

MESSAGES = f"{ADA}/messages"
TOMASZ = "tomasz.wilk@northwind.example"
FILE = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "a.txt",
    "contentBytes": "aGVsbG8=",
}
PICTURE = FILE | {"name": "b.png", "isInline": True, "contentId": "c1"}


def asked(sandbox: Sandbox, **properties: Any) -> str:
    """Deliver a message to Ada; return its path."""
    given = {"subject": "Question", **properties}
    return f"{MESSAGES}/{sandbox.deliver(ADA_ADDRESS, **given)}"


def whom(people: list[Entity]) -> list[str]:
    return [str(one["emailAddress"]["address"]) for one in people]


async def test_a_reply_is_drafted(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """To the sender, in the same conversation, quoting the message."""
    url = asked(sandbox, body="Shall we?\nTell me.", attachments=[FILE])
    message = (await graph.get(url)).json()

    answer = await graph.post(f"{url}/createReply", json={"comment": "Yes!"})
    draft = answer.json()

    assert answer.status_code == 201
    assert answer.headers["location"].endswith(
        f"{MESSAGES}/{draft['id']}".replace("=", "%3D")
    )
    assert draft["subject"] == "RE: Question"
    assert whom(draft["toRecipients"]) == [TOMASZ]
    assert draft["conversationId"] == message["conversationId"]
    assert draft["conversationIndex"] > message["conversationIndex"]
    assert (draft["isDraft"], draft["hasAttachments"]) == (True, False)
    assert draft["parentFolderId"] == await folder_id(graph, "drafts")
    content = draft["body"]["content"]
    assert content.index("Yes!") < content.index("Shall we?<br>\nTell me.")
    headers = await graph.get(
        f"{MESSAGES}/{draft['id']}?$select=internetMessageHeaders"
    )
    told = {
        one["name"]: one["value"]
        for one in headers.json()["internetMessageHeaders"]
    }
    assert told["In-Reply-To"] == message["internetMessageId"]
    assert told["References"].endswith(message["internetMessageId"])


async def test_a_reply_needs_no_body(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """All that there is to say may come later; one prefix is enough."""
    url = asked(sandbox, subject="Re: Question", replyTo=[person("x@y.de")])

    answer = await graph.post(f"{url}/createReply")

    assert answer.status_code == 201
    assert answer.json()["subject"] == "Re: Question"
    assert whom(answer.json()["toRecipients"]) == ["x@y.de"]


async def test_all_are_answered_but_oneself(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """The sender, who else got it, and nobody twice."""
    url = asked(
        sandbox,
        toRecipients=[person("ADA@contoso.example"), person("a@b.example")],
        ccRecipients=[person("c@d.example"), person("A@B.example")],
    )

    draft = (await graph.post(f"{url}/createReplyAll")).json()

    assert whom(draft["toRecipients"]) == [TOMASZ, "a@b.example"]
    assert whom(draft["ccRecipients"]) == ["c@d.example"]


async def test_a_forward_takes_along_what_is_attached(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """To whom the caller says; a reply keeps only the pictures."""
    url = asked(sandbox, attachments=[FILE, PICTURE])
    to = {"toRecipients": [person(GRACE_ADDRESS)]}

    forward = (await graph.post(f"{url}/createForward", json=to)).json()
    reply = (await graph.post(f"{url}/createReply")).json()
    bare = await graph.post(f"{url}/createForward")

    assert forward["subject"] == "FW: Question"
    assert forward["hasAttachments"]
    assert whom(forward["toRecipients"]) == [GRACE_ADDRESS]
    assert bare.json()["toRecipients"] == []
    for draft, names in ((forward, ["a.txt", "b.png"]), (reply, ["b.png"])):
        files = await graph.get(f"{MESSAGES}/{draft['id']}/attachments")
        assert [file["name"] for file in files.json()["value"]] == names


async def test_the_message_may_differ(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Properties that are given stand in for those of the reply."""
    mark = {"id": "String {0} Name X", "value": "1"}
    body = {
        "Message": {
            "toRecipients": [person("x@y.example")],
            "importance": "high",
            "singleValueExtendedProperties": [mark],
        },
        "Comment": "<b>Look</b>",
    }

    draft = (
        await graph.post(f"{asked(sandbox)}/createReply", json=body)
    ).json()
    found = await graph.get(
        MESSAGES,
        params={
            "$filter": "singleValueExtendedProperties/any(ep:ep/id eq"
            f" '{mark['id']}' and ep/value eq '1')"
        },
    )

    assert whom(draft["toRecipients"]) == ["x@y.example"]
    assert draft["importance"] == "high"
    assert "<b>Look</b>" in draft["body"]["content"]
    assert [one["id"] for one in found.json()["value"]] == [draft["id"]]


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        (
            "createReply",
            {"comment": "x", "message": {"body": {"content": "y"}}},
            "ErrorInvalidRequest",
        ),
        ("createForward", {"comment": "x"}, "ErrorInvalidRequest"),
        (
            "createForward",
            {"toRecipients": [], "message": {"toRecipients": []}},
            "ErrorInvalidRequest",
        ),
        ("createReply", {"text": "x"}, "UnableToDeserializePostBody"),
        ("createReply", {"comment": 5}, "UnableToDeserializePostBody"),
        ("createReply", {"message": []}, "UnableToDeserializePostBody"),
        (
            "createReply",
            {"message": {"colour": 1}},
            "UnableToDeserializePostBody",
        ),
        ("reply", {"message": {"isDraft": True}}, "ErrorInvalidPropertySet"),
        ("forward", {"toRecipients": []}, "ErrorInvalidRecipients"),
    ],
)
async def test_wrong_replies_are_refused(
    sandbox: Sandbox,
    graph: httpx.AsyncClient,
    action: str,
    body: Any,
    code: str,
) -> None:
    """What contradicts itself is 400, and no draft is left."""
    url = asked(sandbox)
    before = sandbox.mailbox(ADA_ADDRESS).messages

    answer = await graph.post(f"{url}/{action}", json=body)

    assert refusal(answer) == (400, code)
    assert sandbox.mailbox(ADA_ADDRESS).messages == before


async def test_drafts_are_forwarded_only(graph: httpx.AsyncClient) -> None:
    """Nobody has written them yet who could be answered."""
    draft = await new_draft(graph, subject="Not yet")
    url = f"{MESSAGES}/{draft['id']}"

    reply = await graph.post(f"{url}/createReply")
    forward = await graph.post(f"{url}/createForward")

    assert refusal(reply) == (400, "ErrorInvalidReferenceItem")
    assert forward.status_code == 201


async def test_a_reply_is_sent_into_its_conversation(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """202 and nothing else; for its receiver it belongs to the question."""
    question = await graph.post(
        f"{GRACE}/sendMail",
        json={
            "message": {
                "subject": "Ready?",
                "toRecipients": [person(ADA_ADDRESS)],
            }
        },
    )
    message = sandbox.mailbox(ADA_ADDRESS).inside("inbox")[0]
    url = f"{MESSAGES}/{message['id']}"

    answer = await graph.post(f"{url}/replyAll", json={"comment": "Ready."})

    assert (question.status_code, answer.status_code) == (202, 202)
    assert answer.content == b""
    mine = sandbox.mailbox(ADA_ADDRESS).sent()[0]
    hers = sandbox.mailbox(GRACE_ADDRESS)
    assert mine["conversationId"] == message["conversationId"]
    assert hers.inside("inbox")[0]["subject"] == "RE: Ready?"
    assert (
        hers.inside("inbox")[0]["conversationId"]
        == hers.sent()[0]["conversationId"]
    )
    assert whom(mine["toRecipients"]) == [GRACE_ADDRESS]
