"""Sending mail."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE_ADDRESS,
    Entity,
    draft_url,
    person,
    refusal,
    subjects,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("immutable")]

MESSAGES = f"{ADA}/messages"
TO_GRACE = {"toRecipients": [person(GRACE_ADDRESS)]}


async def test_a_sent_draft_becomes_the_copy_in_sent_items(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """The same immutable id is afterwards in Sent Items, no draft."""
    url = await draft_url(
        graph, subject="Hi", bccRecipients=[person("b@c.example")], **TO_GRACE
    )
    before = len(sandbox.mailbox(ADA_ADDRESS).sent())

    answer = await graph.post(f"{url}/send")

    sent = (await graph.get(url)).json()
    outbox = sandbox.mailbox(ADA_ADDRESS).sent()
    assert (answer.status_code, answer.content) == (202, b"")
    assert len(outbox) == before + 1
    assert outbox[0]["id"] == sent["id"]
    assert (sent["isDraft"], sent["isRead"]) == (False, True)
    assert sent["from"]["emailAddress"]["address"] == ADA_ADDRESS
    assert sent["bccRecipients"]


async def test_recipients_here_receive_it(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Local recipients get an unread message, without blind copies."""
    url = await draft_url(
        graph,
        subject="Hi",
        bccRecipients=[person("ada.marlow@contoso.example")],
        attachments=[
            {
                "@odata.type": "#microsoft.graph.fileAttachment",
                "name": "a.txt",
                "contentBytes": "aGk=",
            }
        ],
        internetMessageHeaders=[{"name": "x-key", "value": "1"}],
        **TO_GRACE,
    )
    await graph.post(f"{url}/send")

    for address in (GRACE_ADDRESS, ADA_ADDRESS):
        received = sandbox.mailbox(address).inside("inbox")[0]
        assert received["subject"] == "Hi"
        assert (received["isRead"], received["isDraft"]) == (False, False)
        assert received["hasAttachments"]
        assert received["bccRecipients"] == []


async def test_what_was_sent_is_no_draft(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A message that is no draft cannot be sent."""
    mine = sandbox.deliver(ADA_ADDRESS)

    answer = await graph.post(f"{MESSAGES}/{mine}/send")

    assert refusal(answer) == (400, "ErrorInvalidOperation")


@pytest.mark.parametrize(
    "people",
    [
        pytest.param([], id="none"),
        pytest.param([person("x@invalid.example")], id="invalid"),
        pytest.param([person("no address")], id="no-address"),
        pytest.param(
            [person(f"p{n}@x.example") for n in range(501)], id="too-many"
        ),
    ],
)
async def test_recipients_are_checked(
    sandbox: Sandbox, graph: httpx.AsyncClient, people: list[Entity]
) -> None:
    """Exchange refuses what it could not deliver, and keeps the draft."""
    url = await draft_url(graph, toRecipients=people)
    drafts = len(sandbox.mailbox(ADA_ADDRESS).inside("drafts"))

    draft = await graph.post(f"{url}/send")
    mail = await graph.post(
        f"{ADA}/sendMail", json={"message": {"toRecipients": people}}
    )

    assert refusal(draft) == (400, "ErrorInvalidRecipients")
    assert refusal(mail) == (400, "ErrorInvalidRecipients")
    assert (await graph.get(url)).json()["isDraft"] is True
    assert len(sandbox.mailbox(ADA_ADDRESS).inside("drafts")) == drafts


async def test_unknown_local_recipients_bounce(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A local address that nobody has makes a report come back."""
    url = await draft_url(
        graph,
        subject="Anyone?",
        toRecipients=[person("nobody@contoso.example")],
    )
    await graph.post(f"{url}/send")

    report = sandbox.mailbox(ADA_ADDRESS).inside("inbox")[0]
    assert report["subject"] == "Undeliverable: Anyone?"
    assert "nobody@contoso.example" in report["body"]["content"]


@pytest.mark.parametrize(
    ("author", "status"),
    [
        (ADA_ADDRESS, 202),
        ("Ada.Marlow@contoso.example", 202),
        ("support@contoso.example", 202),
        (GRACE_ADDRESS, 403),
        ("ceo@northwind.example", 403),
    ],
)
async def test_nobody_sends_in_anothers_name(
    sandbox: Sandbox, graph: httpx.AsyncClient, author: str, status: int
) -> None:
    """Sending as somebody else needs the right to."""
    url = await draft_url(graph, **TO_GRACE, **{"from": person(author)})

    answer = await graph.post(f"{url}/send")

    assert answer.status_code == status
    if status == 403:
        assert refusal(answer) == (403, "ErrorSendAsDenied")
    else:
        sent = sandbox.mailbox(ADA_ADDRESS).sent()[0]
        assert sent["sender"]["emailAddress"]["address"] == author


async def test_mail_is_sent_in_one_go(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """``sendMail`` keeps a copy in Sent Items unless told not to."""
    for number, saved in enumerate((None, True, False)):
        body: Entity = {"message": {"subject": f"{number}", **TO_GRACE}}
        if saved is not None:
            body["saveToSentItems"] = saved
        answer = await graph.post(f"{ADA}/sendMail", json=body)
        assert (answer.status_code, answer.content) == (202, b"")

    ada, grace = sandbox.mailbox(ADA_ADDRESS), sandbox.mailbox(GRACE_ADDRESS)
    inbox = subjects(grace.inside("inbox"))
    assert sorted(subjects(ada.sent())[:2]) == ["0", "1"]
    assert "2" not in subjects(ada.messages)
    assert sorted(inbox[:3]) == ["0", "1", "2"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": "Hello"},
        {"message": {}, "saveToSentItems": "yes"},
        {"message": {}, "urgent": True},
        {"message": {"colour": "red"}},
    ],
)
async def test_wrong_bodies_are_refused(
    graph: httpx.AsyncClient, body: Entity
) -> None:
    """What is no mail to send is 400."""
    answer = await graph.post(f"{ADA}/sendMail", json=body)

    assert refusal(answer) == (400, "UnableToDeserializePostBody")
