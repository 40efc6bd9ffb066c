"""What callers can learn about rooms."""

from app.gateway.rooms import RoomGateway
from app.models.answers import Answer
from app.models.context import CallContext
from app.models.rooms import RoomQuery

__all__ = ["RoomService"]


class RoomService:
    """Lists the rooms of a tenant."""

    def __init__(self, rooms: RoomGateway) -> None:
        self._rooms = rooms

    async def list_rooms(
        self, context: CallContext, wanted: RoomQuery
    ) -> Answer:
        """Return a page of rooms (`RoomPage`)."""
        return await self._rooms.list_rooms(context, wanted)
