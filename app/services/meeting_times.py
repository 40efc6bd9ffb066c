"""When a meeting is possible. Pure.

Graph's own findMeetingTimes knows no application permission
(https://learn.microsoft.com/graph/outlook-get-free-busy-schedule), hence this:
possible starts are laid out over the window, every quarter of an hour, and
all that is known of each attendee is marked on them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.models.scheduling import Availability

__all__ = ["Attendee", "Candidate", "Span", "Wish", "find_times"]

_STEP = timedelta(minutes=15)
# From the weakest to the strongest: what counts of several at one time.
_STRENGTH: tuple[Availability, ...] = (
    "free",
    "working_elsewhere",
    "unknown",
    "tentative",
    "busy",
    "away",
)
_BLOCKING = {"busy", "away"}
# As findMeetingTimes counts
# (https://learn.microsoft.com/graph/api/user-findmeetingtimes).
_CHANCE: dict[Availability, int] = {
    "free": 100,
    "working_elsewhere": 100,
    "unknown": 49,
    "tentative": 49,
    "busy": 0,
    "away": 0,
}

Span = tuple[datetime, datetime]
"""From a moment to another one, itself not in it; both with their zones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A meeting to find a time for.

    Attributes:
        window: In which all of it must lie.
        duration: How long it is.
        in_working_hours: Whether only times will do at which all who are
            required work, as far as that is known.
        most: How many times to find.
    """

    window: Span
    duration: timedelta
    in_working_hours: bool
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody who is to come.

    Attributes:
        is_required: Whether it is pointless without them.
        is_known: Whether anything is known of their calendar.
        busy: What is in it.
        hours: When they work; None if that is not known.
    """

    is_required: bool
    is_known: bool
    busy: Sequence[tuple[Span, Availability]] = ()
    hours: Sequence[Span] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A time for the meeting, with what each attendee does then.

    ``confidence`` is 0 to 100. ``working`` tells of each attendee whether
    they work all of that time, None if that is not known.
    """

    start: datetime
    end: datetime
    confidence: int
    availability: tuple[Availability, ...]
    working: tuple[bool | None, ...]


def find_times(wish: Wish, attendees: Sequence[Attendee]) -> list[Candidate]:
    """Return times for a meeting, the most likely first, then the earliest.

    None of them overlaps another one, or what keeps somebody required busy
    or away.
    """
    starts = list(_starts(wish))
    marked = [_availability(one, wish, starts) for one in attendees]
    working = [_working(one, wish, starts) for one in attendees]
    possible = []
    for index, start in enumerate(starts):
        candidate = Candidate(
            start=start,
            end=start + wish.duration,
            confidence=_confidence([row[index] for row in marked]),
            availability=tuple(row[index] for row in marked),
            working=tuple(row[index] for row in working),
        )
        if _is_possible(candidate, wish, attendees):
            possible.append(candidate)
    possible.sort(key=lambda one: (-one.confidence, one.start))
    return _apart(possible, wish.most)


def _starts(wish: Wish) -> Iterator[datetime]:
    """Yield the quarters of an hour at which it can begin, in UTC."""
    begin, end = (edge.astimezone(UTC) for edge in wish.window)
    hour = begin.replace(minute=0, second=0, microsecond=0)
    start = hour + -(-(begin - hour) // _STEP) * _STEP
    while start + wish.duration <= end:
        yield start
        start += _STEP


def _availability(
    attendee: Attendee, wish: Wish, starts: Sequence[datetime]
) -> list[Availability]:
    """Return what an attendee does during a meeting at each start."""
    weakest = "free" if attendee.is_known else "unknown"
    strongest = [_STRENGTH.index(weakest)] * len(starts)
    for (begin, end), status in attendee.busy:
        if begin >= end:
            continue
        # It overlaps what starts before its end and ends after its begin.
        first = _first_after(begin - wish.duration, starts)
        strength = _STRENGTH.index(status)
        for index in range(first, _first_from(end, starts)):
            strongest[index] = max(strongest[index], strength)
    return [_STRENGTH[strength] for strength in strongest]


def _working(
    attendee: Attendee, wish: Wish, starts: Sequence[datetime]
) -> list[bool | None]:
    """Return whether an attendee works all of a meeting at each start."""
    if attendee.hours is None:
        return [None] * len(starts)
    works: list[bool | None] = [False] * len(starts)
    for begin, end in attendee.hours:
        last = _first_after(end - wish.duration, starts)
        for index in range(_first_from(begin, starts), last):
            works[index] = True
    return works


def _first_from(moment: datetime, starts: Sequence[datetime]) -> int:
    """Return the index of the first start that is not before a moment."""
    if not starts:
        return 0
    index = -(-(moment.astimezone(UTC) - starts[0]) // _STEP)
    return min(max(index, 0), len(starts))


def _first_after(moment: datetime, starts: Sequence[datetime]) -> int:
    """Return the index of the first start that is after a moment."""
    if not starts:
        return 0
    index = (moment.astimezone(UTC) - starts[0]) // _STEP + 1
    return min(max(index, 0), len(starts))


def _is_possible(
    candidate: Candidate, wish: Wish, attendees: Sequence[Attendee]
) -> bool:
    rows = zip(
        attendees, candidate.availability, candidate.working, strict=True
    )
    for attendee, availability, works in rows:
        if not attendee.is_required:
            continue
        if availability in _BLOCKING:
            return False
        if wish.in_working_hours and works is False:
            return False
    return True


def _confidence(row: Sequence[Availability]) -> int:
    return round(sum(_CHANCE[one] for one in row) / len(row))


def _apart(possible: Sequence[Candidate], most: int) -> list[Candidate]:
    """Return the best that do not overlap each other."""
    chosen: list[Candidate] = []
    for one in possible:
        if len(chosen) == most:
            break
        if all(
            one.end <= other.start or other.end <= one.start
            for other in chosen
        ):
            chosen.append(one)
    return chosen
