"""Rooms, and the lists of them that stand for buildings."""

from dataclasses import dataclass

from app.sandbox.state.items import Properties

__all__ = ["Place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room, or with no ``building`` a list of rooms.

    ``building`` is the address of the list that a room is in.
    """

    tenant: str
    address: str
    properties: Properties
    building: str | None = None
