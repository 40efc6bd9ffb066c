"""The runbooks, as the service shows them."""

import re
from pathlib import Path

import httpx
import pytest
import yaml

from app.problems.registry import REGISTRY
from app.problems.runbooks import RUNBOOKS

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "runbooks"
RULES = ROOT / "deploy" / "alerts" / "exchange-api.rules.yaml"
NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("name", NAMES)
async def test_each_runbook_is_shown(
    client: httpx.AsyncClient, name: str
) -> None:
    """To people as a page, to a terminal as text; never what tests need."""
    text = await client.get(f"/runbooks/{name}")
    page = await client.get(f"/runbooks/{name}", headers=BROWSER)

    assert text.headers["content-type"].startswith("text/markdown")
    assert text.text.startswith("# ")
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>" in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    for shown in (text.text, page.text):
        assert "SANDBOX" not in shown
        assert ".md" not in shown


async def test_the_list_leads_to_every_runbook(
    client: httpx.AsyncClient,
) -> None:
    """Nobody has to know the name of an alert by heart."""
    page = await client.get("/runbooks", headers=BROWSER)

    for name in NAMES:
        if name != "index":
            assert f'href="/runbooks/{name}"' in page.text


async def test_commands_can_be_copied(client: httpx.AsyncClient) -> None:
    """Prompts and what is printed are marked, so that neither is selected."""
    page = await client.get("/runbooks/throttling-sustained", headers=BROWSER)

    assert "<b>$ </b>curl -s $API/ops | jq -c .gates\n<samp>[]</samp>" in (
        page.text
    )


async def test_there_are_no_others(client: httpx.AsyncClient) -> None:
    """Nothing but runbooks is read from the disk."""
    answer = await client.get("/runbooks/..%2Findex")

    assert answer.status_code == 404
    assert answer.json()["code"] == "route-not-found"


async def test_problems_lead_to_runbooks(client: httpx.AsyncClient) -> None:
    """For programs by a member, for people by a link."""
    path = "/problems/graph-throttled"
    told = (await client.get(path)).json()["runbook"]
    page = (await client.get(path, headers=BROWSER)).text

    assert told == "/runbooks/throttling-sustained"
    assert f'href="{told}"' in page


def test_every_runbook_of_a_problem_is_written() -> None:
    """The table names problems and pages that exist."""
    assert set(RUNBOOKS) <= set(REGISTRY)
    assert set(RUNBOOKS.values()) <= set(NAMES)


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    """Who is called finds a page, and no page is for nothing."""
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    alerts = {
        rule["alert"]: rule["annotations"]["runbook_url"].rpartition("/")[2]
        for group in rules["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }

    assert {*alerts.values(), "index"} == set(NAMES)
    for alert, name in alerts.items():
        text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
        assert f"`{alert}`" in text


@pytest.mark.parametrize("name", [name for name in NAMES if name != "index"])
def test_every_runbook_goes_the_same_way(name: str) -> None:
    """Who has read one finds the way in all others."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)

    assert headings == ["Symptom", "Check", "Act", "Verify", "Escalate"]
