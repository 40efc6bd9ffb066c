"""Calendars and events as Graph shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.graph.calendar.types import EVENT, EVENT_PROPERTIES
from app.sandbox.graph.context import Context
from app.sandbox.prefer import Preferences
from app.sandbox.state.calendar import DEFAULT
from app.sandbox.state.calendar_events import Calendar, Instance
from app.sandbox.state.calendar_times import zoned
from app.sandbox.state.directory import User
from app.sandbox.state.html import html_to_text, text_to_html
from app.sandbox.state.ids import change_key
from app.sandbox.state.items import Properties

__all__ = ["EventView", "calendar_properties", "event_view"]

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """How events are to be shown; ``links`` is where calendars are."""

    prefer: Preferences
    select: frozenset[str] = EVENT.defaults
    links: str | None = None

    def id_of(self, shown: Instance) -> str:
        """Return the kind of id the caller prefers."""
        return shown.id_of(immutable=self.prefer.immutable_ids)

    def show(self, shown: Instance) -> Entity:
        """Return an event, with what is to be seen of it."""
        whole = self.whole(shown)
        if "cancelledOccurrences" in self.select:
            whole["cancelledOccurrences"] = self._cancelled(shown)
        head = {"@odata.etag": shown.etag, "id": whole["id"]}
        seen = {k: v for k, v in whole.items() if k in self.select}
        if self.links is None:
            return head | seen
        calendar = f"{self.links}('{shown.event.calendar}')"
        return {
            **head,
            **seen,
            "calendar@odata.associationLink": f"{calendar}/$ref",
            "calendar@odata.navigationLink": calendar,
        }

    def whole(self, shown: Instance) -> Entity:
        """Return all that an event has, which filters look at."""
        values = {**shown.properties, **self._derived(shown)}
        values["body"] = _body(values["body"], self.prefer.body_type)
        ordered = {k: values[k] for k in EVENT_PROPERTIES if k in values}
        return {"id": self.id_of(shown), **ordered}

    def _derived(self, shown: Instance) -> Entity:
        immutable = self.prefer.immutable_ids
        zone = self.prefer.time_zone or "UTC"
        seen = shown.when.seen_from(zone)
        derived: Entity = {
            "isAllDay": shown.when.all_day,
            "type": shown.kind,
            "start": zoned(seen.start, zone),
            "end": zoned(seen.end, zone),
            "seriesMasterId": None,
            "recurrence": None,
        }
        if shown.day is not None:
            planned = shown.event.planned(shown.day).instants[0]
            derived["originalStart"] = stamp(planned)
            master = shown.master_id(immutable=immutable)
            derived["seriesMasterId"] = master
        elif shown.event.recurrence is not None:
            recurrence = shown.event.recurrence
            derived["recurrence"] = {
                "pattern": recurrence.pattern,
                "range": recurrence.range,
            }
        return derived

    def _cancelled(self, shown: Instance) -> list[str]:
        master = shown.master_id(immutable=self.prefer.immutable_ids)
        days = sorted(shown.event.gone) if shown.day is None else []
        return [f"OID.{master}.{day.isoformat()}" for day in days]


def event_view(context: Context, select: str | None = None) -> EventView:
    """Return the view that a request asks for.

    Raises:
        GraphError: 400, for what does not exist.
    """
    links = context.url("calendars") if select is None else None
    return EventView(
        prefer=context.prefer, select=EVENT.select(select), links=links
    )


def calendar_properties(calendar: Calendar, owner: User) -> Entity:
    """Return a calendar."""
    default = calendar.key == DEFAULT
    return {
        "id": calendar.id,
        "name": calendar.name,
        "color": calendar.color,
        "hexColor": "",
        "isDefaultCalendar": default,
        "changeKey": change_key(calendar.id, calendar.version),
        "canShare": calendar.editable,
        "canViewPrivateItems": True,
        "canEdit": calendar.editable,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": default,
        "isRemovable": calendar.removable,
        "owner": {
            "name": owner.properties["displayName"],
            "address": owner.address,
        },
    }


def _body(body: Properties, preferred: str | None) -> Mapping[str, str]:
    """Return a body as preferred; without a preference events are HTML."""
    wanted = preferred or "html"
    content, kind = str(body["content"]), body["contentType"]
    if wanted == kind:
        return body
    if wanted == "text":
        return {"contentType": "text", "content": html_to_text(content)}
    return {"contentType": "html", "content": text_to_html(content)}
