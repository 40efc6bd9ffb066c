"""Settings and automatic replies: Graph's JSON to ours and back.

Graph writes some enumerations with capitals in some answers ("Scheduled").
"""

import re
from typing import Any, Literal, get_args

import msgspec

from app.gateway.translation.html import sanitized
from app.gateway.translation.result import Translated, Translation, decode
from app.gateway.translation.times import graph_timestamp, utc_timestamp
from app.gateway.translation.wire_settings import (
    GraphAutomaticReplies,
    GraphSettings,
    GraphWorkingHours,
)
from app.gateway.translation.zones import iana_zone, windows_zone
from app.models.mailbox_settings import (
    AutomaticReplies,
    NewAutomaticReplies,
    Settings,
    SettingsPatch,
    Weekday,
    WorkingHours,
    WorkingHoursPatch,
)

__all__ = [
    "automatic_replies",
    "automatic_replies_json",
    "settings",
    "settings_json",
    "working_hours",
]

_STATUS: dict[str, Literal["disabled", "enabled", "scheduled"]] = {
    "disabled": "disabled",
    "alwaysenabled": "enabled",
    "scheduled": "scheduled",
}
_AUDIENCE: dict[str, Literal["none", "contacts", "all"]] = {
    "none": "none",
    "contactsonly": "contacts",
    "all": "all",
}
_GRAPH_STATUS = {"enabled": "alwaysEnabled"}
_GRAPH_AUDIENCE = {"contacts": "contactsOnly"}
_DAYS: dict[str, Weekday] = {day: day for day in get_args(Weekday)}
_SECONDS = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
# How images of other hosts are shown; see `sanitized`.
_IMAGE = re.compile(r"<img\b", re.IGNORECASE)
_HELD_BACK = re.compile(r"(\s)data-remote-src=", re.IGNORECASE)


def settings(body: bytes, _about: Translation) -> Translated:
    """Translate the settings of a mailbox."""
    found = decode(body, GraphSettings)
    content: Settings = {
        "time_zone": iana_zone(found.time_zone),
        "language": found.language.locale if found.language else None,
        "date_format": found.date_format,
        "time_format": found.time_format,
        "working_hours": working_hours(found.working_hours),
    }
    return Translated(content=content)


def automatic_replies(body: bytes, _about: Translation) -> Translated:
    """Translate automatic replies; images of other hosts are held back."""
    found = decode(body, GraphAutomaticReplies)
    status = (found.status or "").lower()
    is_scheduled = status == "scheduled"
    audience = (found.external_audience or "").lower()
    content: AutomaticReplies = {
        "status": _STATUS.get(status, "unknown"),
        "audience": _AUDIENCE.get(audience, "unknown"),
        "internal_message": sanitized(found.internal_reply_message or "")[0],
        "external_message": sanitized(found.external_reply_message or "")[0],
        "start": utc_timestamp(found.start) if is_scheduled else None,
        "end": utc_timestamp(found.end) if is_scheduled else None,
    }
    return Translated(content=content)


def settings_json(patch: SettingsPatch) -> bytes:
    """Return Graph's JSON for the settings that a patch names.

    The zone of the mailbox is sent by its IANA name: Exchange takes it and
    keeps it, while not every zone comes back from its name in Windows.
    """
    changed = patch.model_fields_set
    everything: dict[str, tuple[str, Any]] = {
        "time_zone": ("timeZone", patch.time_zone),
        "language": ("language", {"locale": patch.language}),
        "date_format": ("dateFormat", patch.date_format),
        "time_format": ("timeFormat", patch.time_format),
        "working_hours": ("workingHours", _hours_json(patch.working_hours)),
    }
    return msgspec.json.encode(
        dict(everything[name] for name in everything if name in changed)
    )


def automatic_replies_json(replies: NewAutomaticReplies) -> bytes:
    """Return Graph's JSON that puts these automatic replies in place."""
    wanted: dict[str, Any] = {
        "status": _GRAPH_STATUS.get(replies.status, replies.status),
        "externalAudience": _GRAPH_AUDIENCE.get(
            replies.audience, replies.audience
        ),
        "internalReplyMessage": _with_images(replies.internal_message),
        "externalReplyMessage": _with_images(replies.external_message),
    }
    for name, moment in (
        ("scheduledStartDateTime", replies.start),
        ("scheduledEndDateTime", replies.end),
    ):
        if moment is not None:
            time = graph_timestamp(moment).removesuffix("Z")
            wanted[name] = {"dateTime": time, "timeZone": "UTC"}
    return msgspec.json.encode({"automaticRepliesSetting": wanted})


def working_hours(hours: GraphWorkingHours | None) -> WorkingHours | None:
    """Translate when somebody works."""
    if hours is None:
        return None
    return {
        "days": [
            _DAYS.get(day.lower(), "unknown")
            for day in hours.days_of_week or ()
        ],
        "start": _time_of_day(hours.start_time),
        "end": _time_of_day(hours.end_time),
        "time_zone": iana_zone(hours.time_zone.name)
        if hours.time_zone
        else None,
    }


def _time_of_day(time: str | None) -> str | None:
    found = _SECONDS.match(time or "")
    return found[0] if found else None


def _hours_json(hours: WorkingHoursPatch) -> dict[str, Any]:
    """Return the changes; Exchange leaves the rest of the hours alone."""
    changed = hours.model_fields_set
    everything: dict[str, tuple[str, Any]] = {
        "days": ("daysOfWeek", hours.days),
        "start": ("startTime", f"{hours.start}.0000000"),
        "end": ("endTime", f"{hours.end}.0000000"),
        "time_zone": ("timeZone", {"name": windows_zone(hours.time_zone)}),
    }
    return dict(everything[name] for name in everything if name in changed)


def _with_images(html: str) -> str:
    """Put back the addresses of images that were held back.

    Tag by tag: an expression for all of it would take forever for what has
    very many tags without an end.
    """
    return ">".join(map(_with_image, html.split(">")))


def _with_image(html: str) -> str:
    tag = _IMAGE.search(html)
    if tag is None:
        return html
    attributes = _HELD_BACK.sub(r"\1src=", html[tag.end() :], count=1)
    return html[: tag.end()] + attributes
