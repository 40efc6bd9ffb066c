"""Searching messages."""

from collections.abc import Callable

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    IMMUTABLE,
    Entity,
    every,
    person,
    refusal,
)

pytestmark = pytest.mark.anyio

Check = Callable[[Entity], bool]


def subject(message: Entity) -> str:
    """Return a message's subject in lower case."""
    return str(message["subject"] or "").lower()


@pytest.mark.parametrize(
    ("query", "check"),
    [
        ("subject:offsite", lambda m: "offsite" in subject(m)),
        ("subject:OFFS", lambda m: "offsite" in subject(m)),
        (
            'subject:\\"design review\\"',
            lambda m: "design review" in subject(m),
        ),
        (
            "subject:aurora AND subject:battery",
            lambda m: "aurora: which battery" in subject(m),
        ),
        (
            "subject:aurora subject:battery",
            lambda m: "aurora: which battery" in subject(m),
        ),
        (
            "from:fiona",
            lambda m: "Fiona" in str((m["from"] or {}).get("emailAddress")),
        ),
        ("importance:high", lambda m: m["importance"] == "high"),
        (
            "hasAttachments:true subject:invoice",
            lambda m: m["hasAttachments"] and "invoice" in subject(m),
        ),
        (
            "received>=2026-11-01",
            lambda m: m["receivedDateTime"] >= "2026-11-01",
        ),
        (
            "received>2026-11-01",
            lambda m: m["receivedDateTime"] >= "2026-11-02",
        ),
        (
            "received<2026-11-01 subject:invoice",
            lambda m: (
                m["receivedDateTime"] < "2026-11-01"
                and "invoice" in subject(m)
            ),
        ),
        (
            "sent<=2026-09-01 subject:invoice",
            lambda m: (
                m["sentDateTime"] < "2026-09-02" and "invoice" in subject(m)
            ),
        ),
        (
            "received:2026-10-01..2026-10-31",
            lambda m: m["receivedDateTime"][:7] == "2026-10",
        ),
    ],
)
async def test_searches_find_what_they_name(
    sandbox: Sandbox, graph: httpx.AsyncClient, query: str, check: Check
) -> None:
    """A search finds exactly the messages with all of its terms."""
    params = {"$search": f'"{query}"'}
    url = str(httpx.URL(f"{ADA}/messages?$top=100", params=params))
    graph.headers.update(IMMUTABLE)

    found = await every(graph, url)

    everything = sandbox.mailbox(ADA_ADDRESS).messages
    times = [message["receivedDateTime"] for message in found]
    assert {m["id"] for m in found} == {
        m["id"] for m in everything if check(m)
    }
    assert found
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "quokka",
        "body:quokka",
        "from:quokka",
        "participants:quokka",
        "to:zebra",
        "cc:okapi",
        "bcc:tapir",
        "recipients:okapi",
        "attachment:numbat",
        "zebra",
        '\\"the quokka\\"',
    ],
)
async def test_searches_look_everywhere(
    sandbox: Sandbox, graph: httpx.AsyncClient, query: str
) -> None:
    """Each property is searched by its own name, some by none."""
    mine = sandbox.deliver(
        ADA_ADDRESS,
        body="The quokka is a small animal of the zebra's size.",
        from_=person("quokka@zoo.example"),
        toRecipients=[person("zebra@zoo.example")],
        ccRecipients=[person("okapi@zoo.example")],
        bccRecipients=[person("tapir@zoo.example")],
        attachments=[
            {
                "@odata.type": "#microsoft.graph.fileAttachment",
                "name": "numbat.txt",
                "contentBytes": "bnVtYmF0",
            }
        ],
    )

    answer = await graph.get(
        f"{ADA}/messages", params={"$search": f'"{query}"'}, headers=IMMUTABLE
    )

    assert [message["id"] for message in answer.json()["value"]] == [mine]


async def test_searches_end_somewhere(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A search finds the newest 250 at most, page by page."""
    for number in range(260):
        sandbox.deliver(ADA_ADDRESS, subject=f"quokka {number}")

    found = await every(graph, f'{ADA}/messages?$top=40&$search="quokka"')

    assert len({message["id"] for message in found}) == 250


async def test_searches_stay_in_their_folder(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A folder's search finds only what is in the folder."""
    sandbox.deliver(ADA_ADDRESS, subject="quokka")
    url = f'{ADA}/mailFolders/archive/messages?$search="quokka"'

    answer = await graph.get(url)

    assert answer.json()["value"] == []


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ("$filter=isRead eq true", "SearchWithFilter"),
        ("$orderby=subject", "SearchWithOrderBy"),
        ("$skip=10", "SearchWithSkip"),
        ("$count=true", "SearchWithCount"),
    ],
)
async def test_searches_go_with_nothing_else(
    graph: httpx.AsyncClient, option: str, code: str
) -> None:
    """Graph searches neither filter, sort, skip nor count."""
    answer = await graph.get(f'{ADA}/messages?$search="hello"&{option}')

    assert refusal(answer) == (400, code)


@pytest.mark.parametrize(
    "query",
    [
        "hello",
        '""',
        '" "',
        '"hello',
        '"colour:red"',
        '"a OR b"',
        '"NOT a"',
        '"subject:!"',
        '"received>=soon"',
        '"say \\"hi"',
    ],
)
async def test_malformed_searches_are_refused(
    graph: httpx.AsyncClient, query: str
) -> None:
    """What the sandbox would misunderstand is 400."""
    answer = await graph.get(f"{ADA}/messages", params={"$search": query})

    assert refusal(answer) == (400, "RequestBroker--ParseUri")
