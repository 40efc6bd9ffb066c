"""Pages for people: plain HTML that asks nobody for anything."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape

from fastapi import Response

__all__ = ["page"]

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto;
       max-width: 44rem; padding: 0 1rem; overflow-wrap: anywhere }
code { font-size: .95em }
pre { background: color-mix(in srgb, currentColor 8%, transparent);
      border-radius: .4rem; padding: .7rem 1rem; white-space: pre-wrap }
pre b { font-weight: 600; user-select: none }
pre samp { opacity: .75; user-select: none }
dt { font-weight: 600; margin-top: 1rem }
dd { margin: 0 }
table { border-collapse: collapse }
td, th { border-bottom: 1px solid color-mix(in srgb, currentColor 25%,
         transparent); padding: .3rem 1rem .3rem 0; text-align: left;
         vertical-align: top }
"""
_TEMPLATE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<main>
{body}
</main>
</html>
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)


def page(
    title: str, body: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a page that may load and run nothing.

    Args:
        title: As plain text.
        body: As HTML, safe already.
        headers: More headers of the answer.
    """
    text = _TEMPLATE.format(title=escape(title), style=_STYLE, body=body)
    return Response(
        text,
        headers={"Content-Security-Policy": _POLICY, **(headers or {})},
        media_type="text/html",
    )
