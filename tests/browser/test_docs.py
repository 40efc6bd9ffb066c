"""The documentation pages, as a person sees them in Chromium."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request

from tests.support.process import Process


class Watched:
    """A page, and everything it asked for and complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        page.on("request", self._note)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type == "error"
                else None
            ),
        )

    def _note(self, request: Request) -> None:
        self.requests.append(request)

    def foreign(self, home: str) -> list[str]:
        """Return what was asked of anybody but the service.

        What the page's own policy stops does not leave the browser.
        """
        return [
            request.url
            for request in self.requests
            if not request.url.startswith((home, "data:", "blob:"))
            and request.failure != "csp"
        ]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    yield Watched(context.new_page())
    context.close()


def test_swagger_ui_lists_mailboxes(
    watched: Watched, process: Process, tmp_path: Path
) -> None:
    """Trying out the first operation shows three mailboxes."""
    page = watched.page
    page.goto(f"{process.url}/docs")
    block = page.locator("#operations-mailboxes-list_mailboxes")
    block.locator(".opblock-summary").click()
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table .highlight-code")
    answer.first.wait_for()
    picture = page.screenshot(path=tmp_path / "docs.png", full_page=False)

    assert "grace@contoso.example" in answer.first.inner_text()
    assert watched.foreign(process.url) == []
    assert watched.complaints == []
    assert len(picture) > 10_000


def test_swagger_ui_shows_every_operation(
    watched: Watched, process: Process
) -> None:
    """In the order of the chapters, and some of them unfold."""
    document = httpx.get(f"{process.url}/openapi.json").json()
    operations = [o for m in document["paths"].values() for o in m.values()]
    chapters = [tag["name"] for tag in document["tags"]]
    page = watched.page
    page.goto(f"{process.url}/docs")
    page.locator(".opblock").nth(len(operations) - 1).wait_for()
    titles = page.locator(".opblock-tag")
    shown = [
        titles.nth(n).get_attribute("data-tag") for n in range(len(chapters))
    ]

    assert page.locator(".opblock").count() == len(operations)
    assert shown == chapters
    for chapter in ("messages", "events", "contacts"):
        block = page.locator(f"#operations-tag-{chapter} ~ * .opblock").first
        block.locator(".opblock-summary").click()
        block.locator(".responses-table .example").first.wait_for()
    assert watched.foreign(process.url) == []
    assert watched.complaints == []


def test_swagger_ui_sends_mail(watched: Watched, process: Process) -> None:
    """The example body of ``sends`` is one that can be sent."""
    page = watched.page
    page.goto(f"{process.url}/docs")
    block = page.locator("#operations-sends-send_message")
    block.locator(".opblock-summary").click()
    block.get_by_placeholder("mailbox").fill("ada@contoso.example")
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table .response-col_status")
    answer.first.wait_for()

    assert "201" in block.locator(".live-responses-table").inner_text()
    assert watched.foreign(process.url) == []


def test_redoc_shows_the_api(watched: Watched, process: Process) -> None:
    """ReDoc renders, and asks nobody else either."""
    page = watched.page
    page.goto(f"{process.url}/redoc")
    page.get_by_role("heading", name="Exchange API").wait_for()

    assert page.get_by_text("/v1/mailboxes/{mailbox}/sends").count() > 0
    assert watched.foreign(process.url) == []
