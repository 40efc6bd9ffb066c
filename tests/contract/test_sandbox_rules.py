"""Inbox rules in the sandbox."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.contract.conftest import ADA, every, folder_id, refusal

pytestmark = pytest.mark.anyio

RULES = f"{ADA}/mailFolders/inbox/messageRules"
RULE: dict[str, Any] = {
    "displayName": "From partner",
    "sequence": 2,
    "conditions": {"senderContains": ["adele"], "sentToMe": None},
    "actions": {
        "forwardTo": [{"emailAddress": {"address": "alex@contoso.example"}}],
        "stopProcessingRules": True,
    },
}


def place(rule: dict[str, Any]) -> str:
    """Return the path of a rule."""
    return f"{RULES}/{quote(rule['id'], safe='')}"


async def test_rules_live_and_die(graph: httpx.AsyncClient) -> None:
    """As Microsoft's page shows it: parts are replaced as wholes."""
    made = await graph.post(RULES, json=RULE)
    rule = made.json()
    changed = await graph.patch(
        made.headers["location"], json={"actions": {"markImportance": "High"}}
    )
    deleted = await graph.delete(place(rule))
    gone = await graph.get(place(rule))

    assert made.status_code == 201
    assert rule["conditions"] == {"senderContains": ["ADELE"]}
    assert rule["isEnabled"] is True
    assert rule["hasError"] is False
    assert changed.json() == {**rule, "actions": {"markImportance": "high"}}
    assert deleted.status_code == 204
    assert refusal(gone) == (404, "ErrorItemNotFound")


async def test_rules_are_listed_in_order(graph: httpx.AsyncClient) -> None:
    """By their sequence, under each name of the inbox and no other folder."""
    inbox = await folder_id(graph, "inbox")
    await graph.post(RULES, json={**RULE, "sequence": 1})
    rules = await every(graph, f"{RULES}?$top=2")
    by_id = await every(graph, f"{ADA}/mailFolders/{inbox}/messageRules")
    drafts = await graph.get(f"{ADA}/mailFolders/drafts/messageRules")

    assert [rule["sequence"] for rule in rules] == [1, 1, 2, 3]
    assert by_id == rules
    assert refusal(drafts)[0] == 400


async def test_read_only_rules_stay(graph: httpx.AsyncClient) -> None:
    """They show neither conditions nor actions, and are not touched."""
    rule = (await every(graph, RULES))[2]
    changed = await graph.patch(place(rule), json={"sequence": 9})
    deleted = await graph.delete(place(rule))

    assert rule["isReadOnly"] is True
    assert not {"conditions", "actions"} & set(rule)
    assert refusal(changed) == refusal(deleted) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"actions": {}}, "ErrorInboxRulesValidationError"),
        ({"actions": {"fly": True}}, "UnableToDeserializePostBody"),
        ({"actions": {"delete": "yes"}}, "UnableToDeserializePostBody"),
        ({"actions": {"moveToFolder": "x"}}, "ErrorInvalidIdMalformed"),
        ({"conditions": {"isSung": True}}, "UnableToDeserializePostBody"),
        ({"conditions": {"importance": "x"}}, "UnableToDeserializePostBody"),
        (
            {
                "conditions": {
                    "withinSizeRange": {"minimumSize": 2, "maximumSize": 1}
                }
            },
            "ErrorInboxRulesValidationError",
        ),
        ({"sequence": "1"}, "UnableToDeserializePostBody"),
        ({"isReadOnly": True}, "UnableToDeserializePostBody"),
    ],
)
async def test_wrong_rules_are_refused(
    graph: httpx.AsyncClient, changes: dict[str, Any], code: str
) -> None:
    """400, and nothing is stored; so for what is required and missing."""
    answer = await graph.post(RULES, json={**RULE, **changes})
    missing = await graph.post(RULES, json={"displayName": "a"})

    assert refusal(answer) == (400, code)
    assert refusal(missing) == (400, "UnableToDeserializePostBody")
    assert len(await every(graph, RULES)) == 3
