"""What somebody writes, put above what they answer. Pure."""

import html
import re

from app.models.compose import BodyContent
from app.models.replies import Quoted

__all__ = ["above"]

_BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>(.*)</body\s*>", re.IGNORECASE | re.DOTALL)


def above(written: BodyContent, quoted: Quoted) -> BodyContent:
    """Return a body with what was written first, and the quote below.

    HTML unless both are plain text.
    """
    if not written.content:
        return BodyContent(format=quoted["format"], content=quoted["content"])
    if quoted["format"] == "text" == written.format:
        content = f"{written.content}\n\n{quoted['content']}"
        return BodyContent(format="text", content=content)
    ours = f"<div>{_as_html(written.format, written.content)}</div>\n"
    theirs = quoted["content"]
    if quoted["format"] == "text":
        theirs = f"<div>{_as_html('text', theirs)}</div>"
    tag = _BODY_TAG.search(theirs)
    at = tag.end() if tag else 0
    return BodyContent(
        format="html", content=f"{theirs[:at]}{ours}{theirs[at:]}"
    )


def _as_html(form: str, content: str) -> str:
    """Return what stands in the body of a page."""
    if form == "html":
        page = _BODY.search(content)
        return page[1] if page else content
    return html.escape(content, quote=False).replace("\n", "<br>\n")
