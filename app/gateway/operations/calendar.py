"""Calendars and events."""

from dataclasses import replace

from app.gateway.operations.entry import (
    EVERY_WAY,
    LIVE,
    Idempotency,
    Operation,
    Workload,
)
from app.gateway.translation.calendar.calendars import calendar, calendars
from app.gateway.translation.calendar.events import event, events

__all__ = [
    "ACCEPT_EVENT",
    "CALENDAR_OPERATIONS",
    "CANCEL_EVENT",
    "CREATE_CALENDAR",
    "CREATE_EVENT",
    "CREATE_EVENT_IN_CALENDAR",
    "DECLINE_EVENT",
    "DELETE_CALENDAR",
    "DELETE_EVENT",
    "FORWARD_EVENT",
    "GET_CALENDAR",
    "GET_DEFAULT_CALENDAR",
    "GET_EVENT",
    "LIST_CALENDARS",
    "LIST_EVENTS",
    "LIST_EVENTS_OF_CALENDAR",
    "LIST_INSTANCES",
    "LOOK_AT_CALENDARS",
    "LOOK_AT_EVENT",
    "TENTATIVELY_ACCEPT_EVENT",
    "UPDATE_CALENDAR",
    "UPDATE_EVENT",
]

_DAY = 86_400.0
_READ = "Calendars.Read"
_WRITE = "Calendars.ReadWrite"
_EVENT = "/users/{mailbox}/events/{event}"

LIST_CALENDARS = Operation(
    name="calendars.list",
    method="GET",
    path="/users/{mailbox}/calendars",
    workload=Workload.CALENDAR_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=calendars,
    fallback=EVERY_WAY,
    fresh=30.0,
    revalidate=300.0,
    stale=_DAY,
)
# Looks for what was made: what is kept is no help.
LOOK_AT_CALENDARS = replace(
    LIST_CALENDARS, name="calendars.look_at", fallback=LIVE
)
GET_CALENDAR = replace(
    LIST_CALENDARS,
    name="calendars.get",
    path="/users/{mailbox}/calendars/{calendar}",
    translate=calendar,
)
# A mailbox never gets another one.
GET_DEFAULT_CALENDAR = replace(
    GET_CALENDAR,
    name="calendars.get_default",
    path="/users/{mailbox}/calendar",
    fresh=_DAY,
    constant=True,
)
CREATE_CALENDAR = Operation(
    name="calendars.create",
    method="POST",
    path="/users/{mailbox}/calendars",
    workload=Workload.CALENDAR_WRITE,
    permission=_WRITE,
    # No two of a mailbox have the same name.
    idempotency=Idempotency.VERIFY,
    translate=calendar,
)
UPDATE_CALENDAR = replace(
    CREATE_CALENDAR,
    name="calendars.update",
    method="PATCH",
    path="/users/{mailbox}/calendars/{calendar}",
    idempotency=Idempotency.IDEMPOTENT,
)
DELETE_CALENDAR = replace(
    UPDATE_CALENDAR,
    name="calendars.delete",
    method="DELETE",
    idempotency=Idempotency.VERIFY,
    translate=None,
)
LIST_EVENTS = replace(
    LIST_CALENDARS,
    name="events.list",
    path="/users/{mailbox}/calendarView",
    translate=events,
)
LIST_EVENTS_OF_CALENDAR = replace(
    LIST_EVENTS,
    name="events.list_of_calendar",
    path="/users/{mailbox}/calendars/{calendar}/calendarView",
)
LIST_INSTANCES = replace(
    LIST_EVENTS, name="events.instances", path=f"{_EVENT}/instances"
)
GET_EVENT = replace(
    LIST_EVENTS, name="events.get", path=_EVENT, translate=event
)
# Looks before a decision: what is kept is no help.
LOOK_AT_EVENT = replace(GET_EVENT, name="events.look_at", fallback=LIVE)
CREATE_EVENT = Operation(
    name="events.create",
    method="POST",
    path="/users/{mailbox}/events",
    workload=Workload.CALENDAR_WRITE,
    permission=_WRITE,
    # By transactionId: https://learn.microsoft.com/graph/api/resources/event
    idempotency=Idempotency.KEYED,
    translate=event,
)
CREATE_EVENT_IN_CALENDAR = replace(
    CREATE_EVENT,
    name="events.create_in_calendar",
    path="/users/{mailbox}/calendars/{calendar}/events",
)
UPDATE_EVENT = replace(
    CREATE_EVENT,
    name="events.update",
    method="PATCH",
    path=_EVENT,
    idempotency=Idempotency.IDEMPOTENT,
)
DELETE_EVENT = replace(
    UPDATE_EVENT,
    name="events.delete",
    method="DELETE",
    idempotency=Idempotency.VERIFY,
    translate=None,
)
ACCEPT_EVENT = replace(
    DELETE_EVENT,
    name="events.accept",
    method="POST",
    path=f"{_EVENT}/accept",
    # Each mails somebody, and only some of them leave traces.
    idempotency=Idempotency.UNSAFE,
)
TENTATIVELY_ACCEPT_EVENT = replace(
    ACCEPT_EVENT,
    name="events.tentatively_accept",
    path=f"{_EVENT}/tentativelyAccept",
)
DECLINE_EVENT = replace(
    ACCEPT_EVENT, name="events.decline", path=f"{_EVENT}/decline"
)
CANCEL_EVENT = replace(
    ACCEPT_EVENT, name="events.cancel", path=f"{_EVENT}/cancel"
)
FORWARD_EVENT = replace(
    ACCEPT_EVENT, name="events.forward", path=f"{_EVENT}/forward"
)

CALENDAR_OPERATIONS = (
    LIST_CALENDARS,
    LOOK_AT_CALENDARS,
    GET_CALENDAR,
    GET_DEFAULT_CALENDAR,
    CREATE_CALENDAR,
    UPDATE_CALENDAR,
    DELETE_CALENDAR,
    LIST_EVENTS,
    LIST_EVENTS_OF_CALENDAR,
    LIST_INSTANCES,
    GET_EVENT,
    LOOK_AT_EVENT,
    CREATE_EVENT,
    CREATE_EVENT_IN_CALENDAR,
    UPDATE_EVENT,
    DELETE_EVENT,
    ACCEPT_EVENT,
    TENTATIVELY_ACCEPT_EVENT,
    DECLINE_EVENT,
    CANCEL_EVENT,
    FORWARD_EVENT,
)
