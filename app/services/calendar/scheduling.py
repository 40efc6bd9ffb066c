"""Find times at which all can meet."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.gateway.translation.calendar.event_times import shown_in
from app.gateway.translation.times import graph_timestamp
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.scheduling import (
    Availability,
    BusyTime,
    MeetingTime,
    MeetingTimes,
    Presence,
    Schedule,
)
from app.models.scheduling_input import MeetingTimesQuery
from app.services.calendar.free_busy import FreeBusyService
from app.services.calendar.meeting_times import (
    Attendee,
    Candidate,
    Span,
    Wish,
    find_times,
)
from app.services.calendar.working_hours import working_spans

__all__ = ["MeetingTimeService"]

# Only needs to be allowed: what is in the calendars is told exactly.
_INTERVAL = timedelta(minutes=5)


class MeetingTimeService:
    """Finds times by the calendars of those who are to come."""

    def __init__(self, free_busy: FreeBusyService) -> None:
        self._free_busy = free_busy

    async def find_times(
        self, where: InMailbox, wanted: MeetingTimesQuery
    ) -> Answer:
        """Return times for a meeting (`MeetingTimes`).

        Raises:
            ExchangeError: Nothing can be told of anybody's calendar.
        """
        window = (wanted.start, wanted.end)
        schedules = await self._free_busy.schedules(
            where,
            wanted.everybody,
            window,
            interval=min(_INTERVAL, wanted.length),
            zone=wanted.time_zone,
        )
        wish = Wish(
            window=window,
            duration=wanted.duration,
            in_working_hours=wanted.in_working_hours,
            most=wanted.max_candidates,
        )
        attendees = [
            _attendee(
                schedule, wanted, is_required=index < len(wanted.required)
            )
            for index, schedule in enumerate(schedules)
        ]
        content: MeetingTimes = {
            "items": [
                _told(candidate, wanted)
                for candidate in find_times(wish, attendees)
            ],
            "unknown": [
                {"address": one["address"], "problem": one["problem"]}
                for one in schedules
                if one["problem"] is not None
            ],
        }
        return Answer.of(content)


def _attendee(
    schedule: Schedule, wanted: MeetingTimesQuery, *, is_required: bool
) -> Attendee:
    window = (wanted.start, wanted.end)
    return Attendee(
        is_required=is_required,
        is_known=schedule["problem"] is None and not schedule["is_partial"],
        busy=list(_busy(schedule["busy"], window)),
        hours=working_spans(
            schedule["working_hours"], window, wanted.time_zone
        ),
    )


def _busy(
    times: list[BusyTime], window: Span
) -> Iterator[tuple[Span, Availability]]:
    """Yield what is in a calendar; without an end known, to the window's."""
    for one in times:
        start, end = one["starts_at"], one["ends_at"]
        begin = datetime.fromisoformat(start) if start else window[0]
        until = datetime.fromisoformat(end) if end else window[1]
        yield (begin, until), one["status"]


def _told(candidate: Candidate, wanted: MeetingTimesQuery) -> MeetingTime:
    start = graph_timestamp(candidate.start)
    end = graph_timestamp(candidate.end)
    rows = zip(
        wanted.everybody,
        candidate.availability,
        candidate.working,
        strict=True,
    )
    attendees: list[Presence] = [
        {
            "address": address,
            "kind": "required" if n < len(wanted.required) else "optional",
            "availability": availability,
            "in_working_hours": works,
        }
        for n, (address, availability, works) in enumerate(rows)
    ]
    return {
        "start": shown_in(start, wanted.time_zone),
        "end": shown_in(end, wanted.time_zone),
        "starts_at": start,
        "ends_at": end,
        "confidence": candidate.confidence,
        "attendees": attendees,
    }
