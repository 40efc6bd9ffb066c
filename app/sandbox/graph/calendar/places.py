"""Rooms and the lists of them, which belong to the directory."""

from collections.abc import Iterable
from typing import Any

from app.sandbox.graph.context import Context
from app.sandbox.odata.evaluate import compile_filter
from app.sandbox.odata.fields import Entity
from app.sandbox.odata.options import Options, read_options
from app.sandbox.odata.paging import next_link, page_size, take
from app.sandbox.odata.parser import parse_filter
from app.sandbox.state.places import Place
from app.sandbox.wire import Answer, GraphError, json_answer

__all__ = ["list_room_lists", "list_rooms", "list_rooms_of"]

DEFAULT_PAGE = 100
MAX_PAGE = 999
_PLACE = frozenset(
    {
        "id",
        "emailAddress",
        "displayName",
        "address",
        "geoCoordinates",
        "phone",
    }
)
_ROOM = _PLACE | {
    "nickname",
    "label",
    "capacity",
    "building",
    "floorNumber",
    "floorLabel",
    "isWheelChairAccessible",
    "bookingType",
    "tags",
    "audioDeviceName",
    "videoDeviceName",
    "displayDeviceName",
}
ROOM_LIST = Entity(
    name="microsoft.graph.roomList",
    defaults=_PLACE,
    selectable=_PLACE,
    filterable={"displayName": "text", "emailAddress": "text"},
    refused=_PLACE,
)
ROOM = Entity(
    name="microsoft.graph.room",
    defaults=_ROOM,
    selectable=_ROOM,
    filterable={
        "bookingType": "text",
        "building": "text",
        "capacity": "number",
        "displayName": "text",
        "emailAddress": "text",
        "floorLabel": "text",
        "floorNumber": "number",
        "isWheelChairAccessible": "flag",
        "label": "text",
        "nickname": "text",
    },
    refused=_ROOM,
    lists={"tags": {"": "text"}},
)


def list_rooms(context: Context) -> Answer:
    """List the rooms of the tenant."""
    rooms = [one for one in _places(context) if one.building is not None]
    return _list(context, rooms, ROOM, "places/microsoft.graph.room")


def list_room_lists(context: Context) -> Answer:
    """List the lists of rooms of the tenant."""
    lists = [one for one in _places(context) if one.building is None]
    return _list(context, lists, ROOM_LIST, "places/microsoft.graph.roomList")


def list_rooms_of(context: Context) -> Answer:
    """List the rooms of a building, by the address of its list."""
    name = context.params["place"].lower()
    lists = [one for one in _places(context) if one.building is None]
    if name not in [one.address for one in lists]:
        raise GraphError(
            404,
            "ErrorItemNotFound",
            f"The room list '{context.params['place']}' was not found.",
        )
    rooms = [one for one in _places(context) if one.building == name]
    resource = f"places('{name}')/microsoft.graph.roomList/rooms"
    return _list(context, rooms, ROOM, resource)


def _places(context: Context) -> list[Place]:
    tenant = context.grant.tenant
    return [one for one in context.world.places if one.tenant == tenant]


def _list(
    context: Context, places: Iterable[Place], entity: Entity, resource: str
) -> Answer:
    options = read_options(
        context.request, "count", "filter", "select", "skip", "top"
    )
    select = entity.select(options.select)
    found = _found([dict(one.properties) for one in places], entity, options)
    size = page_size(options.top, DEFAULT_PAGE, MAX_PAGE)
    page = take(found, options.skip or 0, size)
    base = f"{context.request.base_url}/v1.0/$metadata#{resource}"
    body: dict[str, Any] = {"@odata.context": base}
    if options.count:
        body["@odata.count"] = len(found)
    body["value"] = [
        {name: one[name] for name in one if name in select}
        for one in page.entries
    ]
    if page.next is not None:
        body["@odata.nextLink"] = next_link(context.request, "skip", page.next)
    return json_answer(body)


def _found(
    places: list[dict[str, Any]], entity: Entity, options: Options
) -> list[dict[str, Any]]:
    if options.filter is None:
        return places
    matches = compile_filter(parse_filter(options.filter), entity)
    return [one for one in places if matches(one)]
