"""What can be shown together with an event, by ``$expand``."""

from collections.abc import Callable
from typing import Any

from app.sandbox.graph.calendar.desk import store_of
from app.sandbox.graph.calendar.render import (
    EventView,
    calendar_properties,
)
from app.sandbox.graph.calendar.types import CALENDAR, EVENT
from app.sandbox.graph.context import Context
from app.sandbox.graph.expand import Expansion, read_expand
from app.sandbox.graph.render import attachment_view, extended_filter
from app.sandbox.state.calendar_events import Instance
from app.sandbox.wire import bad_query

__all__ = ["Extra", "read_extras"]

Extra = tuple[str, Callable[[Instance], Any]]


def read_extras(context: Context, text: str | None) -> list[Extra]:
    """Return what to show besides an event's own properties.

    Raises:
        GraphError: 400, for what does not exist.
    """
    known = {
        "attachments": _attachments,
        "calendar": _calendar,
        "exceptionOccurrences": _exceptions,
        "singleValueExtendedProperties": _extended,
    }
    found = read_expand(text, *known)
    return [(one.name, known[one.name](context, one)) for one in found]


def _attachments(
    context: Context, expansion: Expansion
) -> Callable[[Instance], Any]:
    view = attachment_view(**expansion.options)
    immutable = context.prefer.immutable_ids

    def show(shown: Instance) -> list[dict[str, Any]]:
        owner = shown.id_of(immutable=immutable)
        return [view.show(one, owner) for one in shown.event.attachments]

    return show


def _calendar(
    context: Context, expansion: Expansion
) -> Callable[[Instance], Any]:
    select = CALENDAR.select(_select(expansion))
    store = store_of(context)

    def show(shown: Instance) -> dict[str, Any]:
        calendar = store.calendar(shown.event.calendar)
        whole = calendar_properties(calendar, context.owner)
        return {k: v for k, v in whole.items() if k in select}

    return show


def _exceptions(
    context: Context, expansion: Expansion
) -> Callable[[Instance], Any]:
    select = EVENT.select(_select(expansion))
    view = EventView(prefer=context.prefer, select=select)

    def show(shown: Instance) -> list[dict[str, Any]]:
        days = sorted(shown.event.changes) if shown.day is None else []
        return [view.show(Instance(event=shown.event, day=d)) for d in days]

    return show


def _extended(
    _context: Context, expansion: Expansion
) -> Callable[[Instance], Any]:
    wanted = extended_filter(expansion)

    def show(shown: Instance) -> list[dict[str, str]]:
        kept = shown.properties.get(expansion.name, {})
        pairs = [{"id": k, "value": v} for k, v in kept.items()]
        return [pair for pair in pairs if wanted(pair)]

    return show


def _select(expansion: Expansion) -> str | None:
    if set(expansion.options) - {"select"}:
        raise bad_query(f"Unsupported options in $expand={expansion.name}.")
    return expansion.options.get("select")
