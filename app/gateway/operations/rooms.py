"""Rooms, which belong to the directory and to no mailbox."""

from app.gateway.operations.entry import (
    EVERY_WAY,
    Idempotency,
    Operation,
    Scope,
    Workload,
)
from app.gateway.translation.rooms import rooms

__all__ = ["LIST_ROOMS", "ROOM_OPERATIONS"]

LIST_ROOMS = Operation(
    name="rooms.list",
    method="GET",
    path="/places/microsoft.graph.room",
    workload=Workload.DIRECTORY,
    permission="Place.Read.All",
    idempotency=Idempotency.SAFE,
    translate=rooms,
    scope=Scope.WORKLOAD,
    fallback=EVERY_WAY,
    fresh=30.0,
    revalidate=300.0,
    stale=86_400.0,
)

ROOM_OPERATIONS = (LIST_ROOMS,)
