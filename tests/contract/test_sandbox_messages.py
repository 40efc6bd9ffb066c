"""Reading one message."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE_ADDRESS,
    IMMUTABLE,
    every,
    message_url,
    refusal,
)

pytestmark = pytest.mark.anyio

MESSAGES = f"{ADA}/messages"


async def test_a_message_has_what_graph_gives(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A message shows its usual properties, and the rest on request."""
    mine = sandbox.deliver(ADA_ADDRESS, subject="Hello")

    shown = (await graph.get(message_url(mine), headers=IMMUTABLE)).json()

    assert shown["id"] == mine
    assert shown["subject"] == "Hello"
    assert shown["bodyPreview"] == "Hello there."
    assert shown["@odata.etag"] == f'W/"{shown["changeKey"]}"'
    assert shown["receivedDateTime"] == "2026-11-18T10:30:00Z"
    assert {"webLink", "conversationId", "flag", "isRead"} <= set(shown)
    assert not {"internetMessageHeaders", "uniqueBody"} & set(shown)


async def test_both_kinds_of_ids_lead_to_a_message(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Either id is good in a path, and the preferred one is answered."""
    mine = sandbox.deliver(ADA_ADDRESS)
    plain = (await graph.get(message_url(mine))).json()["id"]

    back = await graph.get(message_url(plain), headers=IMMUTABLE)

    assert plain != mine
    assert back.json()["id"] == mine
    assert back.headers["preference-applied"] == 'IdType="ImmutableId"'


async def test_some_ids_must_be_encoded(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Ids with slashes and plus signs work when they are encoded."""
    found = await every(graph, f"{MESSAGES}?$top=1000&$select=id")
    odd = next(m["id"] for m in found if "/" in m["id"] and "+" in m["id"])

    encoded = await graph.get(message_url(odd))
    bare = await graph.get(f"{MESSAGES}/{odd}")

    assert encoded.json()["id"] == odd
    assert refusal(bare) == (400, "RequestBroker--ParseUri")
    immutable = [m["id"] for m in sandbox.mailbox(ADA_ADDRESS).messages]
    assert not any("/" in one or "+" in one for one in immutable)


async def test_malformed_ids_are_told_from_unknown_ones(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Truncated, foreign and invented ids are 400, others 404."""
    mine = sandbox.deliver(ADA_ADDRESS)
    foreign = sandbox.deliver(GRACE_ADDRESS)
    await graph.post(f"{message_url(mine)}/permanentDelete")

    for bad in (mine[:-5], foreign, "x", "ä", "=", mine + mine):
        answer = await graph.get(message_url(bad))
        assert refusal(answer) == (400, "ErrorInvalidIdMalformed"), bad
    for unknown in (mine, mine.swapcase()[:4] + mine[4:]):
        answer = await graph.get(message_url(unknown))
        assert answer.status_code in (400, 404)
    assert refusal(await graph.get(message_url(mine))) == (
        404,
        "ErrorItemNotFound",
    )


HTML = {
    "contentType": "html",
    "content": "<html><head><style>p{}</style></head><body><p>One &amp;"
    " two</p><script>x()</script><div>three<br>four</div></body></html>",
}


TEXT = {"contentType": "text", "content": "a < b\nnext"}


async def test_bodies_come_as_preferred(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Text is made of HTML and HTML of text, when asked for."""
    rich = message_url(sandbox.deliver(ADA_ADDRESS, body=HTML))
    plain = message_url(sandbox.deliver(ADA_ADDRESS, body=TEXT))
    as_text = {"Prefer": 'outlook.body-content-type="text"'}
    as_html = {"Prefer": "outlook.body-content-type=html"}

    stripped = await graph.get(rich, headers=as_text)
    wrapped = await graph.get(plain, headers=as_html)

    assert (await graph.get(rich)).json()["body"] == HTML
    assert (await graph.get(plain)).json()["body"] == TEXT
    assert stripped.json()["body"] == {
        "contentType": "text",
        "content": "One & two\n\nthree\nfour",
    }
    assert "a &lt; b<br>" in wrapped.json()["body"]["content"]
    assert stripped.headers["preference-applied"] == as_text["Prefer"]
    assert wrapped.headers["preference-applied"] == (
        'outlook.body-content-type="html"'
    )


@pytest.mark.parametrize(
    "prefer", ["outlook.body-content-type=xml", "odata.maxpagesize=none"]
)
async def test_wrong_preferences_are_refused(
    graph: httpx.AsyncClient, prefer: str
) -> None:
    """A preference that cannot be is 400."""
    answer = await graph.get(MESSAGES, headers={"Prefer": prefer})

    assert refusal(answer) == (400, "RequestBroker--ParseUri")


async def test_reads_are_never_conditional(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Graph documents no ``If-None-Match`` for Outlook: it is ignored."""
    mine = sandbox.deliver(ADA_ADDRESS)
    shown = await graph.get(message_url(mine))
    tag = shown.json()["@odata.etag"]
    again = await graph.get(message_url(mine), headers={"If-None-Match": tag})

    assert again.status_code == 200
    assert again.json()["@odata.etag"] == tag
