"""Events and calendars: Graph's JSON to ours."""

import re
from datetime import datetime

from app.gateway.translation.calendar.event_parts import (
    attendee,
    importance_of,
    kind_of,
    location,
    reply_of,
    sensitivity_of,
    status_of,
    told_at,
)
from app.gateway.translation.calendar.event_times import local_time, whole_day
from app.gateway.translation.calendar.recurrence import Start
from app.gateway.translation.calendar.series import recurrence_of
from app.gateway.translation.calendar.wire import GraphEvent, GraphResponse
from app.gateway.translation.etags import change_key_of, item_tag
from app.gateway.translation.parts import body_of, page_at, person
from app.gateway.translation.result import (
    Translated,
    Translation,
    decode,
    decode_page,
)
from app.gateway.translation.times import utc_timestamp
from app.gateway.translation.zones import find_zone, iana_zone
from app.models.calendar.events import Event, EventSummary
from app.models.calendar.parts import EventTime, Recurrence

__all__ = ["event", "events"]

_CALENDAR = re.compile(r"calendars\('([^'/]+)'\)$")
_DEFAULT_FORM = "html"


def events(body: bytes, about: Translation) -> Translated:
    """Translate a page of events."""
    return decode_page(body, GraphEvent).translated(_summary, about)


def event(body: bytes, about: Translation) -> Translated:
    """Translate a whole event."""
    item = decode(body, GraphEvent)
    is_bare = about.representation == "none"
    content: Event = {
        **_summary(item),
        "body": None if is_bare else body_of(item.body),
    }
    tag = item_tag(_change_key(item), about.representation)
    return Translated(content=content, etag=tag)


def _summary(item: GraphEvent) -> EventSummary:
    zone = _zone(item)
    place = location(item.location)
    mine = item.response_status or GraphResponse()
    is_timed = not item.is_all_day
    return {
        "id": item.id,
        "series_id": item.series_master_id,
        "calendar_id": _calendar(item.calendar_link),
        "kind": kind_of(item.type),
        "subject": item.subject or "",
        "preview": item.body_preview or "",
        "start": _start(item, zone),
        "end": local_time(item.end, _end_zone(item, zone))
        if is_timed
        else whole_day(item.end, zone),
        "starts_at": utc_timestamp(item.start) if is_timed else None,
        "ends_at": utc_timestamp(item.end) if is_timed else None,
        "is_all_day": bool(item.is_all_day),
        "time_zone": zone,
        "original_start_at": told_at(item.original_start),
        "location": place,
        "locations": [
            found for one in item.locations or () if (found := location(one))
        ],
        "organizer": person(item.organizer),
        "is_organizer": bool(item.is_organizer),
        "attendees": [attendee(one, zone) for one in item.attendees or ()],
        "my_response": reply_of(mine.response),
        "my_responded_at": told_at(mine.time),
        "response_requested": item.response_requested is not False,
        "allows_proposals": item.allow_new_time_proposals is not False,
        "status": status_of(item.show_as),
        "sensitivity": sensitivity_of(item.sensitivity),
        "importance": importance_of(item.importance),
        "is_cancelled": bool(item.is_cancelled),
        "is_online": bool(item.is_online_meeting),
        "join_url": _join_url(item),
        "recurrence": _recurrence(item, zone),
        "reminder_minutes": item.reminder_minutes_before_start
        if item.is_reminder_on
        else None,
        "categories": item.categories or [],
        "has_attachments": bool(item.has_attachments),
        "ical_uid": item.i_cal_u_id,
        "web_link": page_at(item.web_link),
        "etag": item_tag(_change_key(item), _DEFAULT_FORM),
        "is_partial": False,
    }


def _zone(item: GraphEvent) -> str | None:
    """Return the zone of an event: that of its rule, if it has one."""
    limits = item.recurrence.range if item.recurrence else None
    named = limits.recurrence_time_zone if limits else None
    return iana_zone(named or None) or iana_zone(item.original_start_time_zone)


def _end_zone(item: GraphEvent, zone: str | None) -> str | None:
    """Return the zone of the end: another one than the start's, perhaps."""
    if item.original_end_time_zone == item.original_start_time_zone:
        return zone
    return iana_zone(item.original_end_time_zone) or zone


def _start(item: GraphEvent, zone: str | None) -> EventTime | None:
    if item.is_all_day:
        return whole_day(item.start, zone)
    return local_time(item.start, zone)


def _recurrence(item: GraphEvent, zone: str | None) -> Recurrence | None:
    if item.recurrence is None:
        return None
    start = None
    told = _start(item, zone)
    rules = find_zone(zone) if zone else None
    if told and "date" in told:
        start = Start(datetime.fromisoformat(told["date"]), None)
    elif told and rules:
        start = Start(datetime.fromisoformat(told["date_time"]), rules)
    return recurrence_of(item.recurrence, start, zone)


def _join_url(item: GraphEvent) -> str | None:
    meeting = item.online_meeting
    told = (meeting and meeting.join_url) or item.online_meeting_url
    return page_at(told)


def _calendar(link: str | None) -> str | None:
    """Return the id of the calendar that a link of Graph's leads to."""
    found = _CALENDAR.search(link or "")
    return found[1] if found else None


def _change_key(item: GraphEvent) -> str:
    if item.change_key:
        return item.change_key
    return change_key_of(item.odata_etag or "") or "unknown"
