"""Make HTML from strangers safe to show.

What may stay is listed; the rest goes. Images from other hosts would tell
their sender who reads the mail and when, so that their address is moved to
``data-remote-src`` and the reader decides.
"""

import re
import secrets
from collections import Counter
from html import escape, unescape

import nh3

__all__ = ["sanitized"]

_TAGS = (nh3.ALLOWED_TAGS - {"area", "map"}) | {"font", "tfoot", "u"}
_CELL = {"align", "bgcolor", "colspan", "height", "rowspan", "valign", "width"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "style", "title"},
    "a": {"href", "name"},
    "blockquote": {"cite"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "div": {"align"},
    "font": {"color", "face", "size"},
    "h1": {"align"},
    "h2": {"align"},
    "h3": {"align"},
    "hr": {"align", "size", "width"},
    "img": {"align", "alt", "border", "height", "src", "width"},
    "li": {"value"},
    "ol": {"start", "type"},
    "p": {"align"},
    "table": {
        *{"align", "bgcolor", "border", "cellpadding", "cellspacing"},
        *{"height", "width"},
    },
    "td": _CELL,
    "th": _CELL,
    "tr": {"align", "bgcolor", "valign"},
    "ul": {"type"},
}
# None of these lets an element leave its place, if its values are tame.
_STYLES = {
    *("background-color", "border-collapse", "border-spacing", "color"),
    *("border-color", "border-radius", "border-style", "border-width"),
    *("border", "border-top", "border-right", "border-bottom", "border-left"),
    *("font-family", "font-size", "font-style", "font-weight"),
    *("height", "width", "max-width", "min-width", "line-height"),
    *("letter-spacing", "text-align", "text-decoration", "text-indent"),
    *("margin", "margin-top", "margin-right", "margin-bottom", "margin-left"),
    *("padding", "padding-top", "padding-right", "padding-bottom"),
    *("padding-left", "vertical-align", "white-space", "word-break"),
}
# Negative lengths move things over the page around; addresses are fetched;
# escapes hide both.
_WILD = re.compile(r"(?<!\w)-\s*[\d.]|url\(|image|\\|/\*", re.IGNORECASE)
# Browsers drop these from an address before they look at it
# (https://url.spec.whatwg.org/#url-parsing).
_IGNORED_IN_URLS = re.compile(r"[\t\n\r]")
_IGNORED_AROUND_URLS = "".join(map(chr, range(0x21)))
_REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_INLINE = re.compile(
    r"cid:|data:image/(?:gif|jpeg|png|webp)[;,]", re.IGNORECASE
)
# What no browser shows as nested, however often it is begun.
_FLAT = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link"),
    *("meta", "source", "track", "wbr", "p", "li", "dd", "dt", "option"),
    *("tbody", "td", "tfoot", "th", "thead", "tr"),
}
# More than anybody writes. The time to clean a page grows by the square of
# this, and there are pages that would take minutes.
_DEEPEST = 1000
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_ANY_TAG = re.compile(r"<[^<>]*>")
_LONELY = re.compile(r"&(?![A-Za-z#])")
# Nobody who writes a mail can know it, so that it cannot be forged.
_MARK = f"remote{secrets.token_hex(16)}"


def _filter(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return ";".join(s for s in value.split(";") if not _WILD.search(s))
    if name not in {"cite", "href", "src"}:
        return value
    url = _IGNORED_IN_URLS.sub("", value).strip(_IGNORED_AROUND_URLS)
    if tag != "img":
        return None if url.lower().startswith("data:") else url
    if _INLINE.match(url):
        return url
    return _MARK + url if _REMOTE.match(url) else None


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "title"},
    attributes=_ATTRIBUTES,
    attribute_filter=_filter,
    url_schemes={"cid", "data", "http", "https", "mailto", "tel"},
    filter_style_properties=_STYLES,
)


def sanitized(html: str) -> tuple[str, bool]:
    """Return HTML that is safe to show, and whether images were held back.

    Of what is nested deeper than anybody writes only the text is shown.
    """
    if _is_bottomless(html):
        text = unescape(_ANY_TAG.sub(" ", html))
        return escape(text, quote=False), False
    # Very many by themselves take the parser very long.
    clean = _CLEANER.clean(_LONELY.sub("&amp;", html))
    if _MARK not in clean:
        return clean, False
    return clean.replace(f'src="{_MARK}', 'data-remote-src="'), True


def _is_bottomless(html: str) -> bool:
    """Tell whether more is begun and not ended than can be cleaned in time."""
    if html.count("<") <= _DEEPEST:
        return False
    left: Counter[str] = Counter()
    depth = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in _FLAT:
            continue
        if not tag[1]:
            left[name] += 1
            depth += 1
        elif left[name]:
            left[name] -= 1
            depth -= 1
        if depth > _DEEPEST:
            return True
    return False
