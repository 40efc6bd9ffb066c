"""The runbooks: what operators do when an alert fires."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from app.problems.refusals import RouteNotFound
from app.routers.guarded import GuardedRoute
from app.routers.headers import line_of, quality
from app.routers.pages import page

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

__all__ = ["router"]

_FOLDER = Path(__file__).parents[2] / "docs" / "runbooks"
_INDEX = "index"
_HTML = "text/html"
_MARKDOWN = "text/markdown"
# What only tests read: how the sandbox comes into the trouble.
_COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
_LINK = re.compile(r"\]\((?:\./)?([a-z-]+)\.md(#[\w-]+)?\)")

router = APIRouter(
    prefix="/runbooks", include_in_schema=False, route_class=GuardedRoute
)


@router.get("")
async def list_runbooks(request: Request) -> Response:
    """Show the list of all runbooks."""
    return _answer(request, _INDEX)


@router.get("/{name}")
async def get_runbook(request: Request, name: str) -> Response:
    """Show a runbook, as HTML or as the Markdown that it is written in."""
    return _answer(request, name)


def _answer(request: Request, name: str) -> Response:
    text = _texts().get(name)
    if text is None:
        raise RouteNotFound("There is no such runbook.")
    accept = line_of(request.headers, "accept")
    varies = {"Vary": "Accept"}
    if quality(accept, _HTML) <= quality(accept, _MARKDOWN):
        return Response(text, headers=varies, media_type=_MARKDOWN)
    title = text.partition("\n")[0].removeprefix("# ")
    more = '<p><a href="/runbooks">All runbooks</a></p>'
    return page(title, _reader().render(text) + more, varies)


@cache
def _reader() -> "MarkdownIt":
    # Hardly any process is ever asked for one.
    from markdown_it import MarkdownIt  # noqa: PLC0415

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("fence", _fence)
    return reader


def _fence(
    _renderer: "RendererHTML",
    tokens: "Sequence[Token]",
    index: int,
    *_: Any,
) -> str:
    """Render commands so that prompts and what is printed are not copied."""
    lines = escape(tokens[index].content, quote=False).splitlines()
    if tokens[index].info == "console":
        lines = [_console(line) for line in lines]
    shown = "\n".join(lines)
    return f"<pre><code>{shown}</code></pre>\n"


def _console(line: str) -> str:
    for prompt in ("$ ", "&gt; "):
        if line.startswith(prompt):
            return f"<b>{prompt}</b>{line.removeprefix(prompt)}"
    return f"<samp>{line}</samp>"


@cache
def _texts() -> Mapping[str, str]:
    """Return the runbooks by their names; none if they are not installed."""
    return {
        path.stem: _LINK.sub(
            _served, _COMMENT.sub("", path.read_text(encoding="utf-8"))
        )
        for path in sorted(_FOLDER.glob("*.md"))
    }


def _served(link: "re.Match[str]") -> str:
    name, anchor = link.groups(default="")
    place = "/runbooks" if name == _INDEX else f"/runbooks/{name}"
    return f"]({place}{anchor})"
