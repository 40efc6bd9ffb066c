"""Calendars: Graph's JSON to ours, and back."""

import re

from app.gateway.translation.calendar.wire import GraphCalendar
from app.gateway.translation.etags import item_tag
from app.gateway.translation.parts import person
from app.gateway.translation.result import (
    Translated,
    Translation,
    decode,
    decode_page,
)
from app.gateway.translation.wire import GraphRecipient
from app.models.calendar.events import Calendar, Color

__all__ = ["COLORS", "calendar", "calendars"]

COLORS: dict[Color, str] = {
    "auto": "auto",
    "light_blue": "lightBlue",
    "light_green": "lightGreen",
    "light_orange": "lightOrange",
    "light_gray": "lightGray",
    "light_yellow": "lightYellow",
    "light_teal": "lightTeal",
    "light_pink": "lightPink",
    "light_brown": "lightBrown",
    "light_red": "lightRed",
}
"""Our names of colors, and Graph's."""

_COLOR_OF: dict[str | None, Color] = {v: k for k, v in COLORS.items()}
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_FORM = "calendar"


def calendars(body: bytes, about: Translation) -> Translated:
    """Translate a page of calendars."""
    return decode_page(body, GraphCalendar).translated(_calendar, about)


def calendar(body: bytes, _about: Translation) -> Translated:
    """Translate one calendar."""
    content = _calendar(decode(body, GraphCalendar))
    return Translated(content=content, etag=content["etag"])


def _calendar(item: GraphCalendar) -> Calendar:
    return {
        "id": item.id,
        "name": item.name or "",
        "color": _COLOR_OF.get(item.color, "unknown"),
        "hex_color": item.hex_color
        if _HEX.fullmatch(item.hex_color or "")
        else None,
        "is_default": bool(item.is_default_calendar),
        "can_edit": bool(item.can_edit),
        "can_share": bool(item.can_share),
        "can_view_private": bool(item.can_view_private_items),
        "is_removable": bool(item.is_removable),
        "owner": person(GraphRecipient(email_address=item.owner)),
        "etag": item_tag(item.change_key or "unknown", _FORM),
        "is_partial": False,
    }
