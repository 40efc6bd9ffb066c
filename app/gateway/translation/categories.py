"""Categories: Graph's JSON to ours and back."""

from typing import get_args

import msgspec

from app.gateway.translation.result import (
    Translated,
    Translation,
    decode,
    decode_page,
)
from app.gateway.translation.wire_settings import GraphCategory
from app.models.categories import (
    CategoryPatch,
    Color,
    MailboxCategory,
    NewCategory,
)

__all__ = ["categories", "category", "category_json", "color_json"]

_COLORS: dict[str, Color] = {color: color for color in get_args(Color)}


def categories(body: bytes, about: Translation) -> Translated:
    """Translate a page of categories."""
    return decode_page(body, GraphCategory).translated(_category, about)


def category(body: bytes, _about: Translation) -> Translated:
    """Translate one category."""
    return Translated(content=_category(decode(body, GraphCategory)))


def category_json(wanted: NewCategory) -> bytes:
    """Return Graph's JSON for a new category."""
    return msgspec.json.encode(
        {"displayName": wanted.name, "color": wanted.color}
    )


def color_json(patch: CategoryPatch) -> bytes:
    """Return Graph's JSON for another color."""
    return msgspec.json.encode({"color": patch.color})


def _category(item: GraphCategory) -> MailboxCategory:
    # Graph's documentation writes "None" and "Preset0" here and there.
    color = (item.color or "none").lower()
    return {
        "id": item.id,
        "name": item.display_name or "",
        "color": _COLORS.get(color, "unknown"),
        "is_partial": False,
    }
