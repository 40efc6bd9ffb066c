"""Bodies turned from HTML into text and back, the way Exchange shows them."""

import html
import re
from html.parser import HTMLParser

__all__ = ["html_to_text", "preview", "text_to_html", "unique_part"]

SILENT = frozenset({"script", "style", "head", "title"})
BREAKS = {
    "br": "\n",
    "div": "\n",
    "h1": "\n\n",
    "h2": "\n\n",
    "hr": "\n",
    "li": "\n",
    "p": "\n\n",
    "table": "\n",
    "tr": "\n",
}
PREVIEW = 255
SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
BLANK_LINES = re.compile(r"\n\s*\n\s*")
# Where a reply begins to quote what it answers.
QUOTE = re.compile(r'<hr tabindex="-1"|^-{5}Original|^_{10,}', re.MULTILINE)


class _TextParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(
        self,
        tag: str,
        _attrs: list[tuple[str, str | None]],
    ) -> None:
        if tag in SILENT:
            self._silent += 1
        else:
            self.parts.append(BREAKS.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        else:
            self.parts.append(BREAKS.get(tag, ""))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def html_to_text(source: str) -> str:
    """Return the readable text of an HTML body."""
    parser = _TextParser()
    parser.feed(source)
    parser.close()
    text = SPACES.sub(" ", "".join(parser.parts))
    lines = "\n".join(line.strip() for line in text.split("\n"))
    return BLANK_LINES.sub("\n\n", lines).strip()


def text_to_html(source: str) -> str:
    """Wrap plain text in the HTML that Exchange makes of it."""
    lines = html.escape(source, quote=False).replace("\n", "<br>\n")
    return (
        '<html><head>\n<meta http-equiv="Content-Type" content="text/html; '
        'charset=utf-8"></head><body>\n<div class="PlainText">'
        f"{lines}</div>\n</body></html>"
    )


def preview(text: str) -> str:
    """Return the first words of a text."""
    return text[:PREVIEW]


def unique_part(content: str) -> str:
    """Return a body without what it quotes."""
    quote = QUOTE.search(content)
    return content[: quote.start()] if quote else content
