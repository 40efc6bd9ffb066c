"""The runbooks, as the service shows them."""

from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.anyio

FOLDER = Path(__file__).parents[2] / "docs" / "runbooks"
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
