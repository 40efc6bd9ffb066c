"""Who is free when: getSchedule, and what findMeetingTimes refuses.

The limits and their codes are those that Graph was seen to answer with;
its documentation says 20 addresses, and in practice 62 days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.calendar.desk import store_of, zone_of
from app.sandbox.graph.calendar.values import Moment, moment
from app.sandbox.graph.checks import Check, texts, whole_number
from app.sandbox.graph.context import Context
from app.sandbox.odata.options import read_options
from app.sandbox.state.calendar_events import Instance
from app.sandbox.state.calendar_times import zoned
from app.sandbox.state.calendar_zones import to_local, to_utc
from app.sandbox.state.directory import User
from app.sandbox.wire import Answer, GraphError, json_answer

__all__ = ["find_meeting_times", "get_schedule"]

MAX_ADDRESSES = 20
LONGEST = timedelta(days=62)
INTERVALS = range(5, 1441)
DEFAULT_INTERVAL = 30
# The digit of each status, from the weakest to the strongest.
DIGITS = {
    "free": "0",
    "unknown": "0",
    "workingElsewhere": "4",
    "tentative": "1",
    "busy": "2",
    "oof": "3",
}
STRENGTH = list(DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    addresses: list[str]
    after: datetime
    before: datetime
    interval: timedelta


def get_schedule(context: Context) -> Answer:
    """Tell when people and rooms are free."""
    read_options(context.request)
    store_of(context)
    question = _read(context)
    base = f"{context.request.base_url}/v1.0/$metadata"
    return json_answer(
        {
            "@odata.context": f"{base}#Collection("
            "microsoft.graph.scheduleInformation)",
            "value": [
                _schedule(context, address, question)
                for address in question.addresses
            ],
        }
    )


def find_meeting_times(context: Context) -> Answer:
    """Refuse: there is no such permission for applications.

    Raises:
        GraphError: 403, always.
    """
    store_of(context)
    raise GraphError(
        403,
        "ErrorAccessDenied",
        "Access is denied. Check credentials and try again.",
    )


def _read(context: Context) -> _Question:
    data = read_json(context.request)
    given = {name.lower(): value for name, value in data.items()}
    for name, value in given.items():
        if name not in MEMBERS:
            raise not_deserializable(f"the parameter '{name}' does not exist")
        try:
            given[name] = MEMBERS[name](value)
        except (KeyError, TypeError, ValueError) as error:
            raise not_deserializable(f"'{name}' has a wrong value") from error
    if not {"schedules", "starttime", "endtime"} <= set(given):
        raise not_deserializable("schedules, startTime and endTime are needed")
    minutes = given.get("availabilityviewinterval", DEFAULT_INTERVAL)
    question = _Question(
        addresses=given["schedules"],
        after=_instant(given["starttime"]),
        before=_instant(given["endtime"]),
        interval=timedelta(minutes=minutes),
    )
    _check(question)
    return question


def _instant(given: Moment) -> datetime:
    return to_utc(given.time, given.zone)


def _check(question: _Question) -> None:
    """Refuse what is too much.

    Raises:
        GraphError: 400.
    """
    count = len(question.addresses)
    if count > MAX_ADDRESSES:
        raise GraphError(
            400,
            "ErrorMailboxDataArrayTooBig",
            "There are too many target users in the EmailAddress array. The "
            f"allowed size = {MAX_ADDRESSES}; the actual size = {count}.",
        )
    window = question.before - question.after
    if window <= timedelta():
        raise GraphError(
            400,
            "ErrorInvalidTimeInterval",
            "The time duration specified for FreeBusyViewOptions.TimeWindow "
            "is invalid.",
        )
    if window > LONGEST:
        raise GraphError(
            400,
            "ErrorTimeIntervalTooBig",
            "The requested time duration specified for "
            "FreeBusyViewOptions.TimeWindow is too long. The allowed limit = "
            f"{LONGEST.days} days; the actual limit = {window.days} days.",
        )
    minutes = question.interval // timedelta(minutes=1)
    if minutes not in INTERVALS or question.interval > window:
        raise GraphError(
            400,
            "ErrorInvalidMergedFreeBusyInterval",
            "The specified merged free/busy interval is not valid. Specify "
            "an interval that is less than the free/busy time window and "
            "between 5 and 1440 minutes.",
        )


def _schedule(
    context: Context, address: str, question: _Question
) -> dict[str, Any]:
    user = context.world.directory.find(address, context.grant.tenant)
    if user is None or not user.mailbox:
        return {
            "scheduleId": address,
            "availabilityView": "",
            "error": {
                "message": "Unable to resolve e-mail address "
                f"{address} to an Active Directory object.",
                "responseCode": "ErrorMailRecipientNotFound",
            },
        }
    found = _busy(context, user, question)
    settings = context.world.mailbox(user).configuration.settings
    return {
        "scheduleId": address,
        "availabilityView": _digits(found, question),
        "scheduleItems": [_item(one, zone_of(context)) for one in found],
        "workingHours": settings["workingHours"],
    }


def _busy(context: Context, user: User, question: _Question) -> list[Instance]:
    store = context.world.calendars(user)
    found = [
        one
        for event in store.inside(store.calendar())
        for one in event.instances(question.after, question.before)
    ]
    return sorted(found, key=lambda one: one.when.instants)


def _digits(found: Iterable[Instance], question: _Question) -> str:
    """Return one digit for each slot: that of the strongest status."""
    slots = -(-(question.before - question.after) // question.interval)
    strongest = [0] * slots
    for one in found:
        start, end = one.when.instants
        status = STRENGTH.index(str(one.properties["showAs"]))
        first = max(0, (start - question.after) // question.interval)
        last = -(-(end - question.after) // question.interval)
        for slot in range(first, min(last, slots)):
            strongest[slot] = max(strongest[slot], status)
    return "".join(DIGITS[STRENGTH[status]] for status in strongest)


def _item(one: Instance, zone: str) -> dict[str, Any]:
    """Return one entry; what is private has no subject and no place."""
    start, end = (to_local(moment, zone) for moment in one.when.instants)
    private = one.properties["sensitivity"] in ("private", "confidential")
    told = {
        "subject": one.properties["subject"],
        "location": one.properties["location"]["displayName"],
    }
    return {
        "isPrivate": private,
        "status": one.properties["showAs"],
        **({} if private else told),
        "start": zoned(start, zone),
        "end": zoned(end, zone),
    }


MEMBERS: dict[str, Check] = {
    "schedules": texts,
    "starttime": moment,
    "endtime": moment,
    "availabilityviewinterval": whole_number,
}
