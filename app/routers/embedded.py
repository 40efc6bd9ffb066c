"""Values that pages carry for their scripts."""

from typing import Any

import msgspec

__all__ = ["json_in_html"]


def json_in_html(value: Any) -> str:
    """Return JSON that ends no element that it stands in."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")
