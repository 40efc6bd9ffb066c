"""Links between documents lead somewhere."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
INDEX = ROOT / "docs" / "index.md"


def _links(page: Path) -> list[str]:
    tokens = (
        MarkdownIt("commonmark")
        .enable("table")
        .parse(page.read_text(encoding="utf-8"))
    )
    return [
        str(child.attrs["href"])
        for token in tokens
        for child in token.children or ()
        if child.type == "link_open"
    ]


@cache
def _anchors(page: Path) -> set[str]:
    """Return the ids that GitHub gives to headings."""
    tokens = MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8"))
    headings = [
        inline.content
        for opening, inline in pairwise(tokens)
        if opening.type == "heading_open"
    ]
    return {
        re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        for text in headings
    }


@pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Within the repository to a page and heading; else to a whole address."""
    broken = []
    for link in _links(page):
        parts = urlsplit(link)
        if parts.scheme:
            is_here = parts.hostname == "127.0.0.1"
            if parts.scheme != ("http" if is_here else "https"):
                broken.append(link)
            continue
        target = (page.parent / parts.path) if parts.path else page
        if not target.exists() or (
            parts.fragment and parts.fragment not in _anchors(target)
        ):
            broken.append(link)

    assert broken == []


def test_every_page_is_in_the_index() -> None:
    """Who looks for something finds all that is written, at most two away."""
    listed = {
        (INDEX.parent / urlsplit(link).path).resolve()
        for link in _links(INDEX)
        if not urlsplit(link).scheme
    }
    runbooks = ROOT / "docs" / "runbooks"
    missing = {
        str(page.relative_to(ROOT))
        for page in PAGES
        if page.parent not in {ROOT, runbooks}
        and page != INDEX
        and page.resolve() not in listed
    }

    assert missing == set()
