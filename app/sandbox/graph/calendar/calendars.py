"""Calendars themselves."""

from typing import Any

from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.calendar.desk import (
    calendar_of,
    check_version,
    store_of,
)
from app.sandbox.graph.calendar.render import calendar_properties
from app.sandbox.graph.calendar.types import CALENDAR
from app.sandbox.graph.checks import Check, one_of, text
from app.sandbox.graph.context import Context
from app.sandbox.odata.evaluate import compile_filter
from app.sandbox.odata.options import Options, read_options
from app.sandbox.odata.order import parse_order, sort
from app.sandbox.odata.paging import next_link, page_size, take
from app.sandbox.odata.parser import parse_filter
from app.sandbox.state.calendar_events import Calendar
from app.sandbox.wire import Answer, GraphError, empty, json_answer

__all__ = [
    "create_calendar",
    "delete_calendar",
    "get_calendar",
    "list_calendars",
    "update_calendar",
]

Entity = dict[str, Any]
DEFAULT_PAGE = 10
MAX_PAGE = 1000
COLORS = (
    "auto",
    "lightBlue",
    "lightGreen",
    "lightOrange",
    "lightGray",
    "lightYellow",
    "lightTeal",
    "lightPink",
    "lightBrown",
    "lightRed",
    "maxColor",
)


def list_calendars(context: Context) -> Answer:
    """List the calendars of a mailbox."""
    options = read_options(
        context.request, "count", "filter", "orderby", "select", "skip", "top"
    )
    select = CALENDAR.select(options.select)
    found = _found(context, options)
    size = page_size(options.top, DEFAULT_PAGE, MAX_PAGE)
    page = take(found, options.skip or 0, size)
    body: Entity = {"@odata.context": context.metadata("calendars")}
    if options.count:
        body["@odata.count"] = len(found)
    body["value"] = [_selected(one, select) for one in page.entries]
    if page.next is not None:
        body["@odata.nextLink"] = next_link(context.request, "skip", page.next)
    return json_answer(body)


def get_calendar(context: Context) -> Answer:
    """Get one calendar."""
    options = read_options(context.request, "select")
    select = CALENDAR.select(options.select)
    shown = calendar_properties(calendar_of(context), context.owner)
    head = {"@odata.context": context.metadata("calendars/$entity")}
    return json_answer(head | _selected(shown, select))


def create_calendar(context: Context) -> Answer:
    """Create a calendar."""
    read_options(context.request)
    store = store_of(context)
    given = _read(context)
    name = given.pop("name", "")
    _check_name(context, name, None)
    calendar = store.add_calendar(store.new_key(), name, **given)
    answer = _entity(context, calendar, 201)
    return answer.plus({"Location": context.url("calendars", calendar.id)})


def update_calendar(context: Context) -> Answer:
    """Rename a calendar, or give it another color."""
    read_options(context.request)
    store, calendar = store_of(context), calendar_of(context)
    _check_etag(context, calendar)
    given = _read(context)
    if "name" in given:
        _check_name(context, given["name"], calendar)
    return _entity(context, store.change_calendar(calendar, **given), 200)


def delete_calendar(context: Context) -> Answer:
    """Delete a calendar with all that is in it, but not the default one."""
    store, calendar = store_of(context), calendar_of(context)
    _check_etag(context, calendar)
    if not calendar.removable:
        raise GraphError(
            400,
            "ErrorDeleteDistinguishedFolder",
            "Distinguished folders cannot be deleted.",
        )
    store.remove_calendar(calendar)
    return empty(204)


def _found(context: Context, options: Options) -> list[Entity]:
    calendars = store_of(context).calendars.values()
    found = [calendar_properties(one, context.owner) for one in calendars]
    if options.filter is not None:
        matches = compile_filter(parse_filter(options.filter), CALENDAR)
        found = [one for one in found if matches(one)]
    return sort(found, parse_order(options.orderby, CALENDAR), dict)


def _read(context: Context) -> dict[str, str]:
    """Return what a body says about a calendar.

    Raises:
        GraphError: 400, for what does not exist or cannot be set.
    """
    data = read_json(context.request)
    given = {k: v for k, v in data.items() if not k.startswith("@odata.")}
    known: dict[str, str] = {}
    for name, value in given.items():
        if name not in WRITABLE:
            raise not_deserializable(f"'{name}' cannot be set on a calendar")
        try:
            known[name] = WRITABLE[name](value)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise not_deserializable(f"'{name}' has a wrong value") from error
    return known


def _check_name(
    context: Context, name: str, calendar: Calendar | None
) -> None:
    """Refuse a name that another calendar has, or none.

    Raises:
        GraphError: 409 when it is taken, 400 when it is empty.
    """
    if not name.strip():
        raise GraphError(
            400, "ErrorFolderSavePropertyError", "A calendar needs a name."
        )
    for other in store_of(context).calendars.values():
        if other != calendar and other.name.lower() == name.lower():
            raise GraphError(
                409,
                "ErrorFolderExists",
                "A folder with the specified name already exists.",
            )


def _check_etag(context: Context, calendar: Calendar) -> None:
    shown = calendar_properties(calendar, context.owner)
    check_version(context, f'W/"{shown["changeKey"]}"')


def _entity(context: Context, calendar: Calendar, status: int) -> Answer:
    shown = calendar_properties(calendar, context.owner)
    head = {"@odata.context": context.metadata("calendars/$entity")}
    return json_answer(head | shown, status)


def _selected(shown: Entity, select: frozenset[str]) -> Entity:
    return {name: value for name, value in shown.items() if name in select}


WRITABLE: dict[str, Check] = {"name": text, "color": one_of(*COLORS)}
