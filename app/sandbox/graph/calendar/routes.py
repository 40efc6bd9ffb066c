"""The calendar's routes of Graph that the sandbox serves."""

from app.sandbox.graph.calendar.calendars import (
    create_calendar,
    delete_calendar,
    get_calendar,
    list_calendars,
    update_calendar,
)
from app.sandbox.graph.calendar.events import (
    create_event,
    delete_event,
    get_event,
    purge_event,
    update_event,
)
from app.sandbox.graph.calendar.files import (
    attach_file,
    detach_file,
    get_file,
    get_file_content,
    list_files,
)
from app.sandbox.graph.calendar.listing import (
    list_calendar_events,
    list_events,
    list_instances,
    list_view,
)
from app.sandbox.graph.calendar.places import (
    list_room_lists,
    list_rooms,
    list_rooms_of,
)
from app.sandbox.graph.calendar.responses import (
    accept_event,
    accept_tentatively,
    cancel_event,
    decline_event,
    forward_event,
)
from app.sandbox.graph.calendar.schedule import (
    find_meeting_times,
    get_schedule,
)
from app.sandbox.graph.context import Handler

__all__ = ["CALENDAR_ROUTES", "PLACE_ROUTES"]

USER = "/users/{mailbox}"
DEFAULT = f"{USER}/calendar"
ONE = f"{USER}/calendars/{{calendar}}"

_CALENDARS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", f"{USER}/calendars", list_calendars),
    ("POST", f"{USER}/calendars", create_calendar),
    *(
        (method, place, handler)
        for place in (DEFAULT, ONE)
        for method, handler in (
            ("GET", get_calendar),
            ("PATCH", update_calendar),
        )
    ),
    ("DELETE", ONE, delete_calendar),
    *(
        ("POST", f"{place}/getSchedule", get_schedule)
        for place in (DEFAULT, ONE)
    ),
    ("POST", f"{USER}/findMeetingTimes", find_meeting_times),
    ("GET", f"{USER}/events", list_events),
    ("GET", f"{USER}/calendarView", list_view),
    *(
        ("GET", f"{place}/{name}", handler)
        for place in (DEFAULT, ONE)
        for name, handler in (
            ("events", list_calendar_events),
            ("calendarView", list_view),
        )
    ),
)
_EVENTS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "", get_event),
    ("PATCH", "", update_event),
    ("DELETE", "", delete_event),
    ("GET", "/instances", list_instances),
    ("POST", "/permanentDelete", purge_event),
    ("GET", "/attachments", list_files),
    ("POST", "/attachments", attach_file),
    ("GET", "/attachments/{attachment}", get_file),
    ("DELETE", "/attachments/{attachment}", detach_file),
    ("GET", "/attachments/{attachment}/$value", get_file_content),
    ("POST", "/accept", accept_event),
    ("POST", "/tentativelyAccept", accept_tentatively),
    ("POST", "/decline", decline_event),
    ("POST", "/cancel", cancel_event),
    ("POST", "/forward", forward_event),
)
CALENDAR_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    *_CALENDARS,
    *(
        ("POST", f"{place}/events", create_event)
        for place in (USER, DEFAULT, ONE)
    ),
    *(
        (method, f"{place}/events/{{id}}{rest}", handler)
        for place in (USER, DEFAULT, ONE)
        for method, rest, handler in _EVENTS
    ),
)
PLACE_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/places/microsoft.graph.room", list_rooms),
    ("GET", "/places/microsoft.graph.roomList", list_room_lists),
    (
        "GET",
        "/places/{place}/microsoft.graph.roomList/rooms",
        list_rooms_of,
    ),
)
