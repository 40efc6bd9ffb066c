"""When a meeting is possible. Pure.

Graph's own findMeetingTimes knows no application permission
(https://learn.microsoft.com/graph/outlook-get-free-busy-schedule), hence this:
possible starts are laid out over the window, every quarter of an hour, and
all that is known of each attendee is marked on them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import add

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
_WORKING = (None, False, True)
# The same for rows of bytes, which are looked at as a whole: a month has
# three thousand starts, for each of a hundred people.
_CHANCES = bytes([_CHANCE[one] for one in _STRENGTH]).ljust(256)
_IS_BLOCKING = bytes([one in _BLOCKING for one in _STRENGTH]).ljust(256)
_IS_OFF = bytes([one is False for one in _WORKING]).ljust(256)
# From one place in a row to another one, itself not marked, and the value.
_Mark = tuple[int, int, int]

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
    rows = [_availability(one, wish, starts) for one in attendees]
    works = [_working(one, wish, starts) for one in attendees]
    impossible = _impossible(wish, attendees, rows, works)
    confidence = _confidence(rows, len(starts))
    possible = [n for n in range(len(starts)) if not impossible[n]]
    possible.sort(key=lambda n: (-confidence[n], n))
    return [
        Candidate(
            start=starts[n],
            end=starts[n] + wish.duration,
            confidence=confidence[n],
            availability=tuple(_STRENGTH[row[n]] for row in rows),
            working=tuple(_WORKING[row[n]] for row in works),
        )
        for n in _apart(possible, wish)
    ]


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
) -> bytearray:
    """Return what an attendee does during a meeting at each start.

    The values are places in `_STRENGTH`.
    """
    weakest = "free" if attendee.is_known else "unknown"
    marks: list[_Mark] = [(0, len(starts), _STRENGTH.index(weakest))]
    for (begin, end), status in attendee.busy:
        # It overlaps what starts before its end and ends after its begin.
        first = _first_after(begin, starts, wish.duration)
        last = _first_from(end, starts)
        if begin < end and first < last:
            marks.append((first, last, _STRENGTH.index(status)))
    return _marked(marks, len(starts))


def _working(
    attendee: Attendee, wish: Wish, starts: Sequence[datetime]
) -> bytearray:
    """Return whether an attendee works all of a meeting at each start.

    The values are places in `_WORKING`.
    """
    if attendee.hours is None:
        return bytearray(len(starts))
    marks: list[_Mark] = [(0, len(starts), _WORKING.index(False))]
    for begin, end in attendee.hours:
        last = _first_after(end, starts, wish.duration)
        first = _first_from(begin, starts)
        if first < last:
            marks.append((first, last, _WORKING.index(True)))
    return _marked(marks, len(starts))


def _marked(marks: list[_Mark], size: int) -> bytearray:
    """Return the highest value that is marked at each place."""
    row = bytearray(size)
    for first, last, value in sorted(marks, key=lambda mark: mark[2]):
        row[first:last] = bytes([value]) * (last - first)
    return row


def _first_from(moment: datetime, starts: Sequence[datetime]) -> int:
    """Return the index of the first start that is not before a moment."""
    if not starts:
        return 0
    index = -(-(moment - starts[0]) // _STEP)
    return min(max(index, 0), len(starts))


def _first_after(
    moment: datetime, starts: Sequence[datetime], by: timedelta
) -> int:
    """Return the index of the first start that is less ``by`` before it."""
    if not starts:
        return 0
    index = (moment - starts[0] - by) // _STEP + 1
    return min(max(index, 0), len(starts))


def _impossible(
    wish: Wish,
    attendees: Sequence[Attendee],
    rows: Sequence[bytearray],
    works: Sequence[bytearray],
) -> bytes:
    """Return for each start whether somebody required cannot come."""
    size = len(rows[0])
    found = 0
    for attendee, row, working in zip(attendees, rows, works, strict=True):
        if attendee.is_required:
            found |= int.from_bytes(row.translate(_IS_BLOCKING))
            if wish.in_working_hours:
                found |= int.from_bytes(working.translate(_IS_OFF))
    return found.to_bytes(size)


def _confidence(rows: Sequence[bytearray], size: int) -> list[int]:
    """Return for each start how likely all are to come."""
    total = [0] * size
    for row in rows:
        total = list(map(add, total, row.translate(_CHANCES)))
    return [round(one / len(rows)) for one in total]


def _apart(possible: Sequence[int], wish: Wish) -> list[int]:
    """Return the best that do not overlap each other."""
    chosen: list[int] = []
    apart = -(-wish.duration // _STEP)
    for one in possible:
        if len(chosen) == wish.most:
            break
        if all(abs(one - other) >= apart for other in chosen):
            chosen.append(one)
    return chosen
