"""Messages as MIME."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA_ADDRESS,
    GRACE_ADDRESS,
    message_url,
    person,
)

pytestmark = pytest.mark.anyio

FILE = "#microsoft.graph.fileAttachment"
FILES = [
    {
        "@odata.type": FILE,
        "name": "Größe.csv",
        "contentType": "text/csv; charset=utf-8",
        "contentBytes": "YTtiCg==",
    },
    {
        "@odata.type": FILE,
        "name": "logo.png",
        "contentType": "image/png",
        "contentId": "logo@x",
        "isInline": True,
        "contentBytes": "iVBORw==",
    },
    {
        "@odata.type": "#microsoft.graph.itemAttachment",
        "name": "Inner",
        "item": {
            "@odata.type": "microsoft.graph.message",
            "subject": "Inside",
        },
    },
]


async def mime_of(
    sandbox: Sandbox, graph: httpx.AsyncClient, **properties: Any
) -> EmailMessage:
    """Deliver a message to Ada and return it as Graph gives its MIME."""
    mine = sandbox.deliver(ADA_ADDRESS, **properties)
    answer = await graph.get(f"{message_url(mine)}/$value")
    assert answer.headers["content-type"] == "text/plain"
    return message_from_bytes(answer.content, policy=default)


async def test_mime_has_headers_and_bodies(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """The headers are readable, and HTML has a plain twin."""
    mime = await mime_of(
        sandbox,
        graph,
        subject="Grüße\tan alle",
        body={"contentType": "html", "content": "<p>one</p><p>two</p>"},
        from_={"emailAddress": {"name": "Zoë", "address": "zoe@x.example"}},
        ccRecipients=[person("cc@x.example"), person("/O=X500/CN=OLD")],
        internetMessageHeaders=[
            {"name": "X-Color", "value": "blue"},
            {"name": "Subject", "value": "ignored"},
        ],
    )

    plain, rich = mime.get_body(("plain",)), mime.get_body(("html",))
    assert mime["subject"] == "Grüße an alle"
    assert mime["from"] == "Zoë <zoe@x.example>"
    assert mime["cc"] == "cc@x.example"
    assert mime["x-color"] == "blue"
    assert plain is not None
    assert rich is not None
    assert plain.get_content().split() == ["one", "two"]
    assert rich.get_content().startswith("<p>one</p>")


async def test_mime_has_attachments(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Files, inline files and items are parts of the message."""
    mime = await mime_of(sandbox, graph, attachments=FILES)

    files = list(mime.iter_attachments())
    assert [part.get_filename() for part in files] == [
        "Größe.csv",
        "logo.png",
        "Inner.eml",
    ]
    assert files[0].get_payload(decode=True) == b"a;b\n"
    assert files[1]["content-id"] == "<logo@x>"
    assert files[2].get_content()["subject"] == "Inside"


async def test_every_seed_has_mime(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """However odd a message is, it can be had as MIME."""
    for message in sandbox.mailbox(GRACE_ADDRESS).messages:
        url = f"/users/{GRACE_ADDRESS}/messages/{message['id']}/$value"
        answer = await graph.get(url)
        assert answer.status_code == 200
        assert message_from_bytes(answer.content)["Message-ID"]
