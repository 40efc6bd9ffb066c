"""Rooms in Graph: builds the calls. Translates; decides nothing."""

from app.gateway.building import binding_of, target
from app.gateway.calls import GraphCall
from app.gateway.operations import rooms as operations
from app.gateway.pipeline import Pipeline
from app.gateway.queries import quoted
from app.models.answers import Answer
from app.models.context import CallContext
from app.models.rooms import RoomQuery

__all__ = ["RoomGateway"]


class RoomGateway:
    """Reads the rooms of a tenant."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_rooms(
        self, context: CallContext, wanted: RoomQuery
    ) -> Answer:
        """Return a page of rooms (`RoomPage`)."""
        query = [("$top", str(wanted.limit))]
        conditions = []
        if wanted.building is not None:
            conditions.append(f"building eq {quoted(wanted.building)}")
        if wanted.capacity is not None:
            conditions.append(f"capacity ge {wanted.capacity}")
        if conditions:
            query.append(("$filter", " and ".join(conditions)))
        operation = operations.LIST_ROOMS
        place = target(operation, query)
        call = GraphCall(
            operation=operation,
            context=context,
            target=place,
            binding=binding_of(context, operation.name, place),
        )
        return await self._pipeline.ask_page(call, wanted.cursor)
