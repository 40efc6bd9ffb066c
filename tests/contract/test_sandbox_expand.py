"""What comes with a message only when it is asked for."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    every,
    message_url,
    new_draft,
    refusal,
)

pytestmark = pytest.mark.anyio

MESSAGES = f"{ADA}/messages"
FIELD = "singleValueExtendedProperties"
NAME = "String {00020329-0000-0000-C000-000000000046} Name It's me"
QUOTED = NAME.replace("'", "''")
PAIR = {"id": NAME, "value": "v1"}


async def test_headers_come_when_selected(
    graph: httpx.AsyncClient,
) -> None:
    """The internet headers and the unique body are shown on request."""
    found = await every(
        graph, f"{MESSAGES}?$filter=subject eq 'RE: Offsite in May'"
    )
    url = message_url(found[0]["id"])

    answer = await graph.get(
        f"{url}?$select=internetMessageHeaders,uniqueBody,body"
    )

    shown = answer.json()
    names = [header["name"] for header in shown["internetMessageHeaders"]]
    assert "References" in names
    assert names.count("Received") == 2
    assert "divRplyFwdMsg" in shown["body"]["content"]
    assert "divRplyFwdMsg" not in shown["uniqueBody"]["content"]
    assert shown["uniqueBody"]["content"]


@pytest.mark.parametrize(("value", "count"), [("v1", 1), ("V1", 0)])
async def test_extended_properties_can_be_filtered_by(
    graph: httpx.AsyncClient, value: str, count: int
) -> None:
    """A property of one's own finds its message, by its exact value."""
    draft = await new_draft(graph, **{FIELD: [PAIR]})
    inner = f"ep: ep/id eq '{QUOTED}' and ep/value eq '{value}'"

    found = await graph.get(
        MESSAGES, params={"$filter": f"{FIELD}/any({inner})"}
    )

    ids = [message["id"] for message in found.json()["value"]]
    assert ids == [draft["id"]] * count


async def test_extended_properties_come_when_expanded(
    graph: httpx.AsyncClient,
) -> None:
    """Extended properties are shown by an expansion that names them."""
    draft = await new_draft(graph, **{FIELD: [PAIR]})
    url = message_url(draft["id"])

    shown = await graph.get(
        url, params={"$expand": f"{FIELD}($filter=id eq '{QUOTED}')"}
    )
    others = await graph.get(
        url, params={"$expand": f"{FIELD}($filter=id eq 'x')"}
    )

    assert FIELD not in draft
    assert shown.json()[FIELD] == [PAIR]
    assert FIELD not in others.json()


@pytest.mark.parametrize(
    "text",
    [
        "singleValueExtendedProperties",
        "singleValueExtendedProperties($filter=colour eq 'x')",
        "extensions",
        "attachments($select=colour)",
        "attachments($filter=name eq 'x')",
        "attachments($select)",
        "attachments($select=name",
        "attachments(x)y",
    ],
)
async def test_wrong_expansions_are_refused(
    sandbox: Sandbox, graph: httpx.AsyncClient, text: str
) -> None:
    """What cannot be expanded is 400."""
    mine = message_url(sandbox.deliver(ADA_ADDRESS))

    answer = await graph.get(mine, params={"$expand": text})

    assert refusal(answer) == (400, "RequestBroker--ParseUri")
