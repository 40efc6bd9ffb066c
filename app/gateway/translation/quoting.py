"""What somebody writes, put above what they answer. Pure."""

import html
import re

from app.models.compose import BodyContent
from app.models.replies import Quoted

__all__ = ["above"]

_BODY = re.compile(r"<body\b", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


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
    at = _inside_body(theirs)
    return BodyContent(
        format="html", content=f"{theirs[:at]}{ours}{theirs[at:]}"
    )


def _as_html(form: str, content: str) -> str:
    """Return what stands in the body of a page."""
    if form == "html":
        begin = _inside_body(content)
        ends = [tag.start() for tag in _BODY_END.finditer(content, begin)]
        return content[begin : ends[-1]] if begin and ends else content
    return html.escape(content, quote=False).replace("\n", "<br>\n")


def _inside_body(page: str) -> int:
    """Return where the body of a page begins, 0 if it has none.

    Whoever wrote the page may have begun very many bodies: it is looked
    through once, not once for each of them.
    """
    tag = _BODY.search(page)
    return page.find(">", tag.end()) + 1 if tag else 0
