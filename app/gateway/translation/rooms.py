"""Rooms: Graph's JSON to ours.

Source: https://learn.microsoft.com/graph/api/resources/room
"""

import re
from typing import Literal

from msgspec import Struct, field

from app.gateway.translation.result import (
    Translated,
    Translation,
    decode_page,
)
from app.gateway.translation.wire import Whole
from app.models.rooms import Room

__all__ = ["rooms"]

_NUMBER = re.compile("[0-9]{1,15}")
_BOOKING: dict[str | None, Literal["standard", "reserved"]] = {
    "standard": "standard",
    "reserved": "reserved",
}


class _GraphRoom(Struct, rename="camel"):
    id: str
    email_address: str | None = None
    display_name: str | None = None
    nickname: str | None = None
    building: str | None = None
    floor_label: str | None = None
    floor_number: Whole | None = None
    label: str | None = None
    # Graph's documentation shows it as text.
    capacity: Whole | str | None = None
    phone: str | None = None
    booking_type: str | None = None
    is_wheel_chair_accessible: bool | None = None
    audio_device_name: str | None = None
    video_device_name: str | None = None
    display_device_name: str | None = None
    tags: list[str] | None = field(default=None)


def rooms(body: bytes, about: Translation) -> Translated:
    """Translate a page of rooms."""
    return decode_page(body, _GraphRoom).translated(_room, about)


def _room(item: _GraphRoom) -> Room:
    return {
        "id": item.id,
        "address": item.email_address,
        "name": item.display_name or "",
        "nickname": item.nickname or None,
        "building": item.building or None,
        "floor": item.floor_label or None,
        "floor_number": item.floor_number,
        "label": item.label or None,
        "capacity": _number(item.capacity),
        "phone": item.phone or None,
        "booking": _BOOKING.get(item.booking_type, "unknown"),
        "is_wheelchair_accessible": item.is_wheel_chair_accessible,
        "audio_device": item.audio_device_name or None,
        "video_device": item.video_device_name or None,
        "display_device": item.display_device_name or None,
        "tags": item.tags or [],
        "is_partial": False,
    }


def _number(told: int | str | None) -> int | None:
    if isinstance(told, str):
        return int(told) if _NUMBER.fullmatch(told) else None
    return told
