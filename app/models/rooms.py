"""Rooms as callers see them."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from typing_extensions import TypedDict

from app.models.fields import Line, Partial
from app.models.queries import Paging

__all__ = ["Room", "RoomPage", "RoomQuery"]


class Room(TypedDict):
    """A room that can be booked."""

    id: str
    address: Annotated[str | None, Field(description="Its mail address.")]
    name: str
    nickname: str | None
    building: str | None
    floor: str | None
    floor_number: int | None
    label: str | None
    capacity: int | None
    phone: str | None
    booking: Annotated[
        Literal["standard", "reserved", "unknown"],
        Field(description="`reserved`: first come, first served; no booking."),
    ]
    is_wheelchair_accessible: bool | None
    audio_device: str | None
    video_device: str | None
    display_device: str | None
    tags: list[str]
    is_partial: Partial


class RoomPage(TypedDict):
    """One page of rooms, and where the next one starts."""

    items: list[Room]
    next_cursor: str | None


def _digits(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        raise ValueError("expected a whole number")
    return value


class RoomQuery(Paging):
    """Which rooms."""

    building: Annotated[
        Line | None,
        Field(min_length=1, max_length=255, description="Its whole name."),
    ] = None
    capacity: Annotated[
        Annotated[int, Field(ge=1, le=100_000), BeforeValidator(_digits)]
        | None,
        Field(description="For so many people, at least."),
    ] = None
