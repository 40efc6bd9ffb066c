"""Reading, creating, changing and deleting events."""

from http import HTTPStatus

from app.sandbox.clock import stamp
from app.sandbox.graph.bodies import read_json
from app.sandbox.graph.calendar.bookings import book_rooms
from app.sandbox.graph.calendar.building import (
    own_properties,
    planned_recurrence,
    planned_times,
    rebuilt,
)
from app.sandbox.graph.calendar.desk import (
    calendar_of,
    check_version,
    store_of,
)
from app.sandbox.graph.calendar.exceptions import changed_occurrence
from app.sandbox.graph.calendar.expansions import read_extras
from app.sandbox.graph.calendar.meetings import spread, withdraw
from app.sandbox.graph.calendar.render import event_view
from app.sandbox.graph.calendar.transactions import (
    refuse_new_transaction,
    refuse_repeat,
)
from app.sandbox.graph.calendar.writable import Plan, read_plan
from app.sandbox.graph.context import Context
from app.sandbox.odata.options import read_options
from app.sandbox.state.calendar_blank import blank_event
from app.sandbox.state.calendar_events import Event, Instance
from app.sandbox.wire import Answer, empty, json_answer

__all__ = [
    "create_event",
    "delete_event",
    "find_event",
    "get_event",
    "purge_event",
    "update_event",
]


def get_event(context: Context) -> Answer:
    """Get a single event, a series or an occurrence."""
    options = read_options(context.request, "expand", "select")
    view = event_view(context, options.select)
    extras = read_extras(context, options.expand)
    shown = find_event(context)
    body = {"@odata.context": context.metadata("events/$entity")}
    more = {name: show(shown) for name, show in extras}
    return json_answer(body | view.show(shown) | more)


def create_event(context: Context) -> Answer:
    """Create an event, in the default calendar or in that of the path."""
    read_options(context.request)
    calendar_of(context)
    plan = read_plan(read_json(context.request), stamp(context.now))
    refuse_repeat(context, plan)
    event = _created(context, plan)
    spread(context, None, event, None)
    book_rooms(context, event)
    return _entity(context, Instance(event=event), 201)


def update_event(context: Context) -> Answer:
    """Change an event, a series, or one occurrence by itself."""
    read_options(context.request)
    store, shown = store_of(context), find_event(context)
    check_version(context, shown.etag)
    plan = read_plan(read_json(context.request), stamp(context.now))
    refuse_new_transaction(plan)
    if shown.day is None:
        event = store.update(rebuilt(shown.event, plan), context.now)
        after = Instance(event=event)
    else:
        change = changed_occurrence(shown, plan)
        after = store.update_day(shown.event, shown.day, change, context.now)
    if plan.concerns_all:
        spread(context, shown.event, after.event, after.day)
        book_rooms(context, after.event)
    return _entity(context, after, 200)


def delete_event(context: Context) -> Answer:
    """Delete an event, a series with all that is in it, an occurrence."""
    shown = find_event(context)
    check_version(context, shown.etag)
    store = store_of(context)
    withdraw(context, shown.event, shown.day)
    if shown.day is None:
        store.remove(shown.event)
    else:
        store.drop_day(shown.event, shown.day, context.now)
    return empty(204)


def purge_event(context: Context) -> Answer:
    """Delete an event for good, which here is no other than deleting."""
    return delete_event(context)


def find_event(context: Context) -> Instance:
    """Return the event in the path.

    Its id alone decides which one that is; the calendar in the path has
    only to exist.

    Raises:
        GraphError: 400 when it is no id, 404 when there is none.
    """
    calendar_of(context)
    return store_of(context).find(context.params["id"])


def _created(context: Context, plan: Plan) -> Event:
    store, now = store_of(context), context.now
    when, rule = planned_times(plan, None), None
    if plan.recurrence is not None:
        when, rule = planned_recurrence(plan.recurrence, when)
    blank = blank_event(context.owner, now)
    event = store.create(
        blank | own_properties(plan, blank),
        when=when,
        calendar=calendar_of(context),
        recurrence=rule,
    )
    name = plan.properties.get("transactionId")
    if name:
        store.transactions[name] = event.id
    if plan.attachments:
        event = store.attach(event, plan.attachments, now)
    return event


def _entity(context: Context, shown: Instance, status: int) -> Answer:
    """Return an event that was written, unless less is preferred."""
    view = event_view(context)
    location = context.url("events", view.id_of(shown))
    headers = {"Location": location} if status == HTTPStatus.CREATED else {}
    if context.prefer.minimal:
        return empty(204).plus(headers)
    body = {"@odata.context": context.metadata("events/$entity")}
    return json_answer(body | view.show(shown), status).plus(headers)
