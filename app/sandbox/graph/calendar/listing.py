"""Lists of events: as they are stored, and expanded in a window."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.sandbox.clock import parse_utc
from app.sandbox.graph.calendar.desk import (
    calendar_of,
    not_possible,
    store_of,
)
from app.sandbox.graph.calendar.expansions import read_extras
from app.sandbox.graph.calendar.render import EventView, event_view
from app.sandbox.graph.calendar.types import EVENT, VIEW_ONLY
from app.sandbox.graph.calendar.values import YEARS
from app.sandbox.graph.context import Context
from app.sandbox.odata.evaluate import compile_filter
from app.sandbox.odata.nodes import AnyOf, Compare, Logic, Node, Not
from app.sandbox.odata.options import Options, read_options
from app.sandbox.odata.order import parse_order, sort
from app.sandbox.odata.paging import next_link, page_size, take
from app.sandbox.odata.parser import parse_filter
from app.sandbox.prefer import Preferences
from app.sandbox.state.calendar_events import Instance
from app.sandbox.state.calendar_times import zoned
from app.sandbox.wire import Answer, GraphError, bad_query, json_answer

__all__ = [
    "list_calendar_events",
    "list_events",
    "list_instances",
    "list_view",
]

DEFAULT_PAGE = 10
MAX_PAGE = 1000
# Seen: "greater than the allowed range. Maximum number of days: 1825".
LONGEST = timedelta(days=1825)
TIMES = ("start/dateTime", "end/dateTime")


def list_events(context: Context) -> Answer:
    """List single events and series of all calendars."""
    events = store_of(context).inside(None)
    return _list(context, [Instance(event=one) for one in events], "events")


def list_calendar_events(context: Context) -> Answer:
    """List single events and series of one calendar."""
    calendar = calendar_of(context)
    events = store_of(context).inside(calendar)
    shown = [Instance(event=one) for one in events]
    return _list(context, shown, f"{_place(context)}/events")


def list_view(context: Context) -> Answer:
    """List what takes place in a window, each occurrence by itself."""
    calendar = calendar_of(context)
    after, before = _window(context)
    found = [
        one
        for event in store_of(context).inside(calendar)
        for one in event.instances(after, before)
    ]
    resource = f"{_place(context)}/calendarView"
    return _list(context, found, resource, hidden=VIEW_ONLY)


def list_instances(context: Context) -> Answer:
    """List the occurrences of a series in a window."""
    series = store_of(context).find(context.params["id"])
    after, before = _window(context)
    if series.kind != "seriesMaster":
        raise not_possible("The event is not the master of a series.")
    found = series.event.instances(after, before)
    name = context.params["id"]
    return _list(context, found, f"events('{name}')/instances")


def _place(context: Context) -> str:
    name = context.params.get("calendar")
    return f"calendars('{name}')" if name else "calendar"


def _window(context: Context) -> tuple[datetime, datetime]:
    """Return the window of a view; without an offset its ends are UTC.

    Raises:
        GraphError: 400, when it is missing, malformed or too long.
    """
    given = {k.lower(): v for k, v in context.request.options}
    ends = given.get("startdatetime"), given.get("enddatetime")
    if not all(ends):
        raise _bad_parameter(
            "This request requires a time window specified by the query "
            "string parameters StartDateTime and EndDateTime."
        )
    try:
        after, before = (parse_utc(str(end)) for end in ends)
    except (ValueError, OverflowError) as error:
        raise _bad_parameter(
            "The value of StartDateTime or EndDateTime is not a time."
        ) from error
    if not {after.year, before.year} <= set(YEARS):
        raise _bad_parameter("The time window lies outside of the calendar.")
    if before < after:
        raise _bad_parameter("The EndDateTime is before the StartDateTime.")
    if before - after > LONGEST:
        raise not_possible(
            "The range between the start and end dates is greater than the "
            f"allowed range. Maximum number of days: {LONGEST.days}"
        )
    return after, before


def _bad_parameter(message: str) -> GraphError:
    return GraphError(400, "ErrorInvalidParameter", message)


def _list(
    context: Context,
    found: list[Instance],
    resource: str,
    *,
    hidden: frozenset[str] = frozenset(),
) -> Answer:
    options = read_options(
        context.request,
        "count",
        "expand",
        "filter",
        "orderby",
        "select",
        "skip",
        "top",
    )
    extras = read_extras(context, options.expand)
    view = event_view(context, options.select)
    if options.select is not None and view.select & hidden:
        raise bad_query(f"'{options.select}' cannot be selected in a view.")
    found = _chosen(found, options, context.prefer)
    preferred = context.prefer.max_page_size
    size = page_size(options.top, preferred or DEFAULT_PAGE, MAX_PAGE)
    page = take(found, options.skip or 0, min(size, preferred or MAX_PAGE))
    body: dict[str, Any] = {"@odata.context": context.metadata(resource)}
    if options.count:
        body["@odata.count"] = len(found)
    body["value"] = [
        view.show(one) | {name: show(one) for name, show in extras}
        for one in page.entries
    ]
    if page.next is not None:
        body["@odata.nextLink"] = next_link(context.request, "skip", page.next)
    return json_answer(body)


def _chosen(
    found: Iterable[Instance], options: Options, prefer: Preferences
) -> list[Instance]:
    """Return what a filter lets pass, in the order asked for.

    Filters see the times in UTC, whatever zone is preferred.
    """
    facts = EventView(prefer=replace(prefer, time_zone=None))
    entries = [(one, facts.whole(one)) for one in found]
    if options.filter is not None:
        node = _with_times(parse_filter(options.filter))
        matches = compile_filter(node, EVENT)
        entries = [pair for pair in entries if matches(pair[1])]
    entries.sort(key=lambda pair: str(pair[1]["createdDateTime"]))
    order = parse_order(options.orderby, EVENT)
    entries = sort(entries, order, lambda pair: pair[1])
    return [one for one, _ in entries]


def _with_times(node: Node) -> Node:
    """Bring the times that a filter names into the form they are kept in."""
    match node:
        case Logic():
            return replace(
                node,
                left=_with_times(node.left),
                right=_with_times(node.right),
            )
        case Not():
            return Not(inner=_with_times(node.inner))
        case Compare() if node.path in TIMES and isinstance(node.value, str):
            return replace(node, value=_time(node.value))
        case Compare() | AnyOf() | _:
            return node


def _time(text: str) -> str:
    try:
        moment = parse_utc(text)
    except (ValueError, OverflowError) as error:
        raise bad_query(f"'{text}' is not a time.") from error
    return str(zoned(moment, "UTC")["dateTime"])
