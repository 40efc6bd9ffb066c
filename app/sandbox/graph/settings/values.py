"""What the settings of a mailbox may be.

Source: https://learn.microsoft.com/graph/api/user-update-mailboxsettings,
with the errors that it names.
"""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from tzlocal.windows_tz import win_tz

from app.sandbox.clock import parse_utc
from app.sandbox.graph.bodies import not_deserializable
from app.sandbox.graph.checks import (
    Check,
    members,
    one_of,
    optional_text,
    text,
)
from app.sandbox.wire import GraphError

__all__ = ["changed_settings"]

Properties = dict[str, Any]

DAYS = (
    *("sunday", "monday", "tuesday", "wednesday", "thursday", "friday"),
    "saturday",
)
TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?")
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{4})?(-[A-Z]{2}|-\d{3})?")
CUSTOM = "#microsoft.graph.customTimeZone"
READ_ONLY = ("archiveFolder", "userPurpose")


def changed_settings(
    settings: Any, changes: Properties, now: datetime
) -> Properties:
    """Return what the settings that a body names are from now on.

    What it leaves out of a setting stays as it was.

    Raises:
        GraphError: 400, for what does not exist or cannot be.
    """
    given = {k: v for k, v in changes.items() if not k.startswith("@odata.")}
    return {
        name: _changed(name, settings.get(name), value, now)
        for name, value in given.items()
    }


def _changed(name: str, before: Any, value: Any, now: datetime) -> Any:
    if name in READ_ONLY:
        raise GraphError(
            400,
            "ErrorInvalidPropertySet",
            f"Set action is invalid for property: {name}.",
        )
    if name not in WRITABLE and name not in COMPLEX:
        raise not_deserializable(
            f"the property '{name}' does not exist on type "
            "'microsoft.graph.mailboxSettings'"
        )
    try:
        if name in WRITABLE:
            return WRITABLE[name](value)
        return COMPLEX[name](before, value, now)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise not_deserializable(f"'{name}' has a wrong value") from error


def _zone(value: Any) -> str:
    name = text(value)
    if name in win_tz or name in available_timezones():
        return name
    raise GraphError(
        400, "InvalidTimeZone", "Time Zone settings provided are invalid."
    )


def _format(value: Any) -> str:
    if not text(value).strip():
        raise GraphError(
            400, "ErrorInvalidArgument", "The format must not be empty."
        )
    return text(value)


def _language(_before: Any, value: Any, _now: datetime) -> Properties:
    given = members(value, "locale", "displayName")
    locale = text(given["locale"])
    if not LOCALE.fullmatch(locale):
        raise GraphError(
            400,
            "ErrorUnsupportedCulture",
            "The culture specified is not supported.",
        )
    return {"locale": locale, "displayName": locale}


def _working_hours(before: Any, value: Any, _now: datetime) -> Properties:
    given = members(value, "daysOfWeek", "startTime", "endTime", "timeZone")
    hours = {**before}
    if "daysOfWeek" in given:
        hours["daysOfWeek"] = [_day(day) for day in given["daysOfWeek"]]
    for name in ("startTime", "endTime"):
        if name in given:
            hours[name] = _time(given[name])
    if "timeZone" in given:
        hours["timeZone"] = _hours_zone(given["timeZone"])
    if hours["startTime"] > hours["endTime"]:
        raise GraphError(
            400,
            "ErrorInvalidTimeSettings",
            "Start Time should occur before End Time.",
        )
    return hours


def _day(value: Any) -> str:
    day = text(value).lower()
    if day in DAYS:
        return day
    raise GraphError(
        400, "InvalidArguments", f"Requested value '{value}' was not found."
    )


def _time(value: Any) -> str:
    if not TIME_OF_DAY.fullmatch(text(value)):
        raise GraphError(
            400,
            "RequestBodyRead",
            f"Cannot convert the literal '{value}' to the expected type "
            "'Edm.TimeOfDay'.",
        )
    whole, _, part = value.partition(".")
    return f"{whole}.{part:0<7}"


def _hours_zone(value: Any) -> Properties:
    if value.get("@odata.type") == CUSTOM:
        return {**value, "name": "Customized Time Zone"}
    return {"name": _zone(members(value, "@odata.type", "name")["name"])}


def _automatic_replies(before: Any, value: Any, now: datetime) -> Properties:
    given = members(value, *REPLIES)
    replies = {**before, **{k: REPLIES[k](v) for k, v in given.items()}}
    if replies["status"] == "scheduled":
        start = replies["scheduledStartDateTime"]["dateTime"]
        end = replies["scheduledEndDateTime"]["dateTime"]
        if start >= end or parse_utc(end[:19]) <= now:
            raise GraphError(
                400,
                "ErrorInvalidScheduledOofDuration",
                "The duration of the scheduled reply is invalid.",
            )
    return replies


def _moment(value: Any) -> Properties:
    """Take a time, which comes back in UTC whatever zone it had."""
    given = members(value, "dateTime", "timeZone")
    moment = datetime.fromisoformat(given["dateTime"][:19])
    zone = _zone(given.get("timeZone", "UTC"))
    utc = moment.replace(tzinfo=ZoneInfo(win_tz.get(zone, zone)))
    time = f"{utc.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.0000000"
    return {"dateTime": time, "timeZone": "UTC"}


REPLIES: dict[str, Check] = {
    "status": one_of("disabled", "alwaysEnabled", "scheduled"),
    "externalAudience": one_of("none", "contactsOnly", "all"),
    "internalReplyMessage": lambda value: optional_text(value) or "",
    "externalReplyMessage": lambda value: optional_text(value) or "",
    "scheduledStartDateTime": _moment,
    "scheduledEndDateTime": _moment,
}
WRITABLE: dict[str, Check] = {
    "dateFormat": _format,
    "timeFormat": _format,
    "timeZone": _zone,
    "delegateMeetingMessageDeliveryOptions": one_of(
        "sendToDelegateAndInformationToPrincipal",
        "sendToDelegateAndPrincipal",
        "sendToDelegateOnly",
    ),
}
COMPLEX = {
    "automaticRepliesSetting": _automatic_replies,
    "language": _language,
    "workingHours": _working_hours,
}
