"""Pages of plain text, as a person sees them in Chromium."""

import pytest
from playwright.sync_api import Browser

from tests.support.process import Process


@pytest.mark.parametrize("path", ["/runbooks", "/problems/graph-throttled"])
def test_pages_are_dark_as_a_whole(
    browser: Browser, process: Process, path: str
) -> None:
    """Links made for the dark cannot be read on a white page."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{process.url}{path}")
    text = page.evaluate("getComputedStyle(document.documentElement).color")
    context.close()

    assert text == "rgb(255, 255, 255)"
