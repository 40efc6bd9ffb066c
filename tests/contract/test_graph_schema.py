"""The check against Microsoft's schema finds what is wrong."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.contract.conftest import sign_in
from tests.contract.graph_facts import FACTS, distil, written
from tests.support.network import SandboxNetwork
from tests.support.schema import Asked, Told
from tests.support.schema_types import Breach
from tests.support.schema_watch import SCHEMA
from tests.support.service import Service

ADA = "/v1.0/users/ada@contoso.example"
MESSAGES = f"{ADA}/messages"
VIEW = f"{ADA}/calendarView"
WINDOW = "startDateTime=2026-11-22T00:00:00Z&endDateTime=2026-11-23T00:00:00Z"
JSON = "application/json"
FILE = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a"}
CSDL = """<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
<edmx:DataServices><Schema Namespace="microsoft.graph"
 xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EnumType Name="importance"><Member Name="low" Value="0"/></EnumType>
<EntityType Name="entity" Abstract="true">
 <Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
<EntityType Name="message" BaseType="graph.entity" OpenType="true">
 <Property Name="importance" Type="graph.importance"/>
 <NavigationProperty Name="site" Type="graph.site"/></EntityType>
<EntityType Name="user" BaseType="graph.entity">
 <NavigationProperty Name="messages" Type="Collection(graph.message)"/>
</EntityType>
<EntityType Name="site" BaseType="graph.entity"/>
<Action Name="move" IsBound="true">
 <Parameter Name="bindingParameter" Type="graph.message"/>
 <Parameter Name="DestinationId" Type="Edm.String" Nullable="false"/>
 <ReturnType Type="graph.message"/></Action>
<EntityContainer Name="GraphService">
 <EntitySet Name="users" EntityType="microsoft.graph.user"/>
 <EntitySet Name="places" EntityType="microsoft.graph.place"/>
 <Singleton Name="me" Type="microsoft.graph.user"/>
</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"""


def asked(method: str, path: str, query: str = "", body: Any = None) -> Asked:
    return Asked(
        method=method,
        path=path,
        query=query,
        media_type="" if body is None else JSON,
        body=b"" if body is None else json.dumps(body).encode(),
    )


def told(body: Any, status: int = 200) -> Told:
    return Told(status=status, media_type=JSON, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    "request_",
    [
        asked("GET", MESSAGES, "$select=subject,id&$expand=attachments"),
        asked("GET", MESSAGES, "$filter=flag/flagStatus eq 'flagged'"),
        asked("GET", MESSAGES, "$filter=contains(subject,'a''b') and isRead"),
        asked("GET", MESSAGES, "$filter=receivedDateTime ge 2026-01-01"),
        asked(
            "GET",
            MESSAGES,
            "$filter=singleValueExtendedProperties/any(e:e/id eq 'x')",
        ),
        asked("GET", f"{MESSAGES}/x/$value"),
        asked("GET", f"{ADA}/mailFolders/inbox/messages/$count"),
        asked("GET", f"{MESSAGES}/x", "$expand=attachments($select=name)"),
        asked(
            "GET", f"{MESSAGES}/x/attachments/microsoft.graph.itemAttachment"
        ),
        asked("GET", f"{MESSAGES}/delta"),
        asked("GET", VIEW, WINDOW),
        asked(
            "GET", "/v1.0/places/microsoft.graph.room", "$filter=capacity gt 4"
        ),
        asked("POST", f"{MESSAGES}/x/move", "", {"destinationId": "archive"}),
        asked("POST", f"{MESSAGES}/x/send"),
        asked("POST", MESSAGES, "", {"subject": "x", "attachments": [FILE]}),
        asked("PATCH", f"{ADA}/mailboxSettings", "", {"timeZone": "UTC"}),
        asked("DELETE", f"{MESSAGES}/x"),
    ],
)
def test_right_requests_pass(request_: Asked) -> None:
    """What Graph's documentation shows is right."""
    SCHEMA.check_request(request_)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (asked("GET", f"{ADA}/letters"), "user has no 'letters'"),
        (asked("GET", "/v1.0/boxes"), "no set 'boxes'"),
        (asked("PUT", f"{MESSAGES}/x"), "PUT does not go with a item"),
        (asked("GET", f"{MESSAGES}/x/send"), "GET does not go with a action"),
        (asked("POST", f"{MESSAGES}/x/post"), "message has no 'post'"),
        (asked("POST", f"{MESSAGES}/move"), "POST does not go with a item"),
        (asked("GET", MESSAGES, "$select=title"), "message has no 'title'"),
        (asked("GET", MESSAGES, "$expand=body"), "message has no 'body'"),
        (asked("GET", MESSAGES, "$orderby=from/name"), "has no 'name'"),
        (asked("GET", MESSAGES, "$orderby=subject up"), "is no order"),
        (asked("GET", MESSAGES, "$filter=isSeen eq true"), "has no 'isSeen'"),
        (asked("GET", MESSAGES, "$filter=isRead eq 'yes'"), "not compared"),
        (asked("GET", MESSAGES, "$filter=importance eq 'top'"), "compared"),
        (asked("GET", MESSAGES, "$filter=subject/any(s:s eq 'x')"), "no list"),
        (asked("GET", MESSAGES, "$limit=3"), "takes no"),
        (asked("GET", VIEW), "are missing"),
        (asked("GET", VIEW, "startDateTime=now&endDateTime=x"), "not made"),
        (asked("POST", VIEW, WINDOW, {}), "POST does not go with a view"),
        (asked("GET", f"{VIEW}/x", WINDOW), "not indexed"),
        (asked("PATCH", f"{MESSAGES}/x", "", {"read": True}), "no such"),
        (asked("PATCH", f"{MESSAGES}/x", "", {"isRead": "yes"}), ".isRead"),
        (asked("PATCH", f"{MESSAGES}/x", "", {"importance": "top"}), "member"),
        (asked("PATCH", f"{MESSAGES}/x", "", {"categories": "a"}), "no list"),
        (
            asked(
                "PATCH",
                f"{MESSAGES}/x",
                "",
                {"importance": "unknownFutureValue"},
            ),
            "no member",
        ),
        (asked("POST", MESSAGES, "", {"attachments": [{}]}), "abstract"),
        (
            asked("POST", MESSAGES, "", {"toRecipients": [{"address": "a"}]}),
            ".toRecipients[0].address",
        ),
        (asked("POST", f"{MESSAGES}/x/move", "", {}), "is missing"),
        (asked("POST", f"{MESSAGES}/x/move", "", {"to": "a"}), "is missing"),
        (
            asked("POST", f"{MESSAGES}/x/reply", "", {"text": "a"}),
            "no such parameter",
        ),
        (
            asked(
                "POST",
                "/v1.0/$batch",
                "",
                {"requests": [{"id": "7", "method": "GET", "url": "/boxes"}]},
            ),
            ".requests[7]",
        ),
    ],
)
def test_wrong_requests_are_found(request_: Asked, why: str) -> None:
    """What Graph does not know is a breach, told with its place."""
    with pytest.raises(Breach) as caught:
        SCHEMA.check_request(request_)

    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"id": "1", "title": "x"}, ".value[0].title: message has no"),
        ({"subject": 3}, "3 is no String"),
        ({"receivedDateTime": "yesterday"}, "is no DateTimeOffset"),
        ({"receivedDateTime": "2026-13-01T00:00:00Z"}, "no DateTimeOffset"),
        ({"importance": "High"}, "no member 'High'"),
        ({"body": {"contentType": "text", "text": ""}}, ".body.text"),
        ({"toRecipients": None}, "null is no recipient"),
        ({"attachments": []}, "not asked for"),
        ({"@odata.tag": "x"}, "no such property"),
        ({"title@odata.type": "x"}, "no such property"),
        ({"@odata.type": "#microsoft.graph.event"}, "is no message"),
        ({"isRead": 1}, "is no Boolean"),
        ({"meetingMessageType": "none"}, "no such property"),
    ],
)
def test_wrong_answers_are_found(item: dict[str, Any], why: str) -> None:
    """Names, types, members and annotations are those of the schema."""
    with pytest.raises(Breach) as caught:
        SCHEMA.check_answer(asked("GET", MESSAGES), told({"value": [item]}))

    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("question", "answer", "why"),
    [
        (asked("GET", MESSAGES), told({"items": []}), "a list has no"),
        (asked("GET", MESSAGES), told({"@odata.count": 1}), "no value"),
        (
            asked("GET", MESSAGES, "$select=subject"),
            told({"value": [{"id": "1", "isRead": True}]}),
            "not selected",
        ),
        (asked("POST", f"{MESSAGES}/x/send"), told({}), "where there is none"),
        (asked("DELETE", f"{MESSAGES}/x"), told({}, 204), "with a body"),
        (asked("GET", MESSAGES), told({"code": "x"}, 400), "without an error"),
        (asked("GET", MESSAGES), told({"error": {"code": "x"}}, 400), "code"),
        (asked("GET", f"{ADA}/letters"), told({}), "no 'letters'"),
        (
            asked(
                "POST",
                "/v1.0/$batch",
                "",
                {"requests": [{"id": "1", "method": "GET", "url": "/users"}]},
            ),
            told(
                {
                    "responses": [
                        {
                            "id": "1",
                            "status": 200,
                            "headers": {"Content-Type": JSON},
                            "body": {"value": [{"name": "Ada"}]},
                        }
                    ]
                }
            ),
            ".responses[1].value[0].name",
        ),
    ],
)
def test_wrong_shapes_are_found(
    question: Asked, answer: Told, why: str
) -> None:
    """Lists, errors, batches and answers without body have their shape."""
    with pytest.raises(Breach) as caught:
        SCHEMA.check_answer(question, answer)

    assert why in str(caught.value)


@pytest.mark.anyio
async def test_the_service_is_watched(service: Service) -> None:
    """Whatever the service asks of the sandbox is checked, both ways."""
    await service.client.get("/v1/mailboxes/ada@contoso.example/messages")

    assert service.network.watch.checked > 0


@pytest.mark.anyio
async def test_faults_are_no_breaches(sandbox: Sandbox) -> None:
    """What a fault makes of an answer is not held against the sandbox."""
    network = SandboxNetwork(sandbox)
    async with httpx.AsyncClient(
        transport=network,
        base_url="http://sandbox.test",
        headers={"client-request-id": "1"},
    ) as client:
        await sign_in(client)
        await client.get(MESSAGES)
        sandbox.faults.add(Fault(status=503, body="html"))
        broken = await client.get(MESSAGES)
        network.watch.conclude()
        await client.get(f"{ADA}/letters")

    assert broken.headers["content-type"].startswith("text/html")
    with pytest.raises(AssertionError, match="no 'letters'"):
        network.watch.conclude()


def test_facts_are_distilled(tmp_path: Path) -> None:
    """What the roots are made of is kept, the rest of Graph is not."""
    document = tmp_path / "v1.0.xml"
    document.write_text(CSDL)
    facts = distil(document)

    assert set(facts["entities"]) == {"entity", "message", "user"}
    assert facts["entities"]["message"] == {
        "base": "entity",
        "openType": True,
        "properties": {"importance": "importance"},
        "navigation": {},
    }
    assert facts["enums"] == {"importance": {"members": ["low"]}}
    assert facts["operations"]["message"]["move"] == {
        "kind": "action",
        "parameters": {"DestinationId": "String!"},
        "returns": "message",
    }
    assert json.loads(written(facts)) == facts


def test_facts_are_as_they_were_written() -> None:
    """Nobody edits the facts by hand."""
    text = FACTS.read_text()

    assert written(json.loads(text)) == text
