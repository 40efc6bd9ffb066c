"""The time that sending takes."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE_ADDRESS,
    draft_url,
    person,
    refusal,
    subjects,
    wait,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("immutable")]

MESSAGES = f"{ADA}/messages"
TO_GRACE = {"toRecipients": [person(GRACE_ADDRESS)]}


async def test_for_a_while_it_is_nowhere(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """During transit the message is not found; then it is sent."""
    sandbox.settings.transit = 5.0
    url = await draft_url(graph, subject="Later", **TO_GRACE)
    await graph.post(f"{url}/send")

    early = await graph.get(url)
    again = await graph.post(f"{url}/send")
    drafts = subjects(sandbox.mailbox(ADA_ADDRESS).inside("drafts"))
    await wait(4.9)
    still = await graph.get(url)
    await wait(0.2)
    late = await graph.get(url)

    assert refusal(early) == (404, "ErrorItemNotFound")
    assert refusal(again) == (404, "ErrorItemNotFound")
    assert refusal(still) == (404, "ErrorItemNotFound")
    assert "Later" not in drafts
    assert late.json()["isDraft"] is False
    assert late.json()["sentDateTime"] == "2026-11-18T10:30:05Z"


async def test_it_may_still_look_like_a_draft(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Sending again what still looks like a draft sends it twice."""
    sandbox.settings.transit = 5.0
    sandbox.settings.transit_as_draft = True
    url = await draft_url(graph, subject="Twice", **TO_GRACE)
    await graph.post(f"{url}/send")

    seen = (await graph.get(url)).json()
    second = await graph.post(f"{url}/send")
    await wait(6)

    ada, grace = sandbox.mailbox(ADA_ADDRESS), sandbox.mailbox(GRACE_ADDRESS)
    assert seen["isDraft"] is True
    assert second.status_code == 202
    assert subjects(ada.sent())[:2] == ["Twice", "Twice"]
    assert subjects(grace.inside("inbox"))[:2] == ["Twice", "Twice"]


async def test_a_draft_deleted_in_transit_is_sent_nevertheless(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """What was accepted cannot be called back."""
    sandbox.settings.transit = 5.0
    sandbox.settings.transit_as_draft = True
    url = await draft_url(graph, subject="Gone", **TO_GRACE)
    await graph.post(f"{url}/send")
    await graph.post(f"{url}/permanentDelete")

    await wait(6)

    assert "Gone" not in subjects(sandbox.mailbox(ADA_ADDRESS).sent())
    inbox = sandbox.mailbox(GRACE_ADDRESS).inside("inbox")
    assert subjects(inbox)[0] == "Gone"
