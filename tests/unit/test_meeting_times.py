"""When a meeting is possible."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.mailbox_settings import WorkingHours
from app.models.scheduling import Availability
from app.services.calendar.meeting_times import (
    Attendee,
    Candidate,
    Wish,
    find_times,
)
from app.services.calendar.working_hours import working_spans

# Clocks are put back in Berlin in the midst of it.
MONDAY = datetime(2026, 10, 19, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")
STATUSES: tuple[Availability, ...] = (
    *("free", "tentative", "busy", "away"),
    *("working_elsewhere", "unknown"),
)
moments = st.integers(0, 14 * 24 * 60).map(
    lambda minutes: MONDAY + timedelta(minutes=minutes)
)
spans = st.tuples(moments, st.integers(0, 600)).map(
    lambda pair: (pair[0], pair[0] + timedelta(minutes=pair[1]))
)
hours = st.builds(
    lambda days, start, end, zone: WorkingHours(
        days=days,
        start=f"{start:02}:00:00",
        end=f"{end:02}:30:00",
        time_zone=zone,
    ),
    st.lists(st.sampled_from(["monday", "tuesday", "sunday"])),
    st.integers(0, 23),
    st.integers(0, 23),
    st.sampled_from(ZONES),
)


@st.composite
def attendees(draw: st.DrawFn) -> Attendee:
    told = draw(st.none() | hours)
    window = (MONDAY, MONDAY + timedelta(days=14))
    return Attendee(
        is_required=draw(st.booleans()),
        is_known=draw(st.booleans()),
        busy=draw(
            st.lists(st.tuples(spans, st.sampled_from(STATUSES)), max_size=8)
        ),
        hours=working_spans(told, window, "UTC"),
    )


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    start = draw(moments)
    length = timedelta(minutes=draw(st.integers(5, 3 * 24 * 60)))
    return Wish(
        window=(start, start + length),
        duration=timedelta(minutes=draw(st.integers(1, 300))),
        in_working_hours=draw(st.booleans()),
        most=draw(st.integers(1, 20)),
    )


def works(one: Attendee, found: Candidate) -> bool | None:
    if one.hours is None:
        return None
    return any(a <= found.start and found.end <= b for a, b in one.hours)


def met(one: Attendee, found: Candidate) -> set[Availability]:
    return {
        status
        for (begin, end), status in one.busy
        if begin < end and begin < found.end and end > found.start
    }


@settings(max_examples=100, deadline=None)
@given(wishes(), st.lists(attendees(), min_size=1, max_size=5))
def test_all_can_come_to_what_is_found(
    wish: Wish, people: list[Attendee]
) -> None:
    """Inside the window, and in no busy time of anybody required."""
    found = find_times(wish, people)

    assert len(found) <= wish.most
    for one in found:
        assert wish.window[0] <= one.start
        assert one.end <= wish.window[1]
        assert one.end - one.start == wish.duration
        for person, status, working in zip(
            people, one.availability, one.working, strict=True
        ):
            kept = met(person, one)
            assert working is works(person, one)
            assert status in kept | {"free", "unknown"}
            assert not ("away" in kept and status != "away")
            assert not ("busy" in kept and status not in {"busy", "away"})
            if person.is_required:
                assert not kept & {"busy", "away"}
                assert not (wish.in_working_hours and working is False)


@settings(max_examples=100, deadline=None)
@given(wishes(), st.lists(attendees(), min_size=1, max_size=4))
def test_what_is_found_is_the_best_there_is(
    wish: Wish, people: list[Attendee]
) -> None:
    """Sorted, apart from each other, and nothing that would fit is missing."""
    found = find_times(wish, people)
    ranks = [(-one.confidence, one.start) for one in found]

    assert ranks == sorted(ranks)
    for one in found:
        assert 0 <= one.confidence <= 100
        for other in found:
            assert (
                one is other
                or one.end <= other.start
                or other.end <= one.start
            )
    if not found:
        start = wish.window[0]
        while start + wish.duration <= wish.window[1]:
            if start.minute % 15 == 0:
                at = Candidate(
                    start=start,
                    end=start + wish.duration,
                    confidence=0,
                    availability=(),
                    working=(),
                )
                assert any(
                    person.is_required
                    and (
                        met(person, at) & {"busy", "away"}
                        or (
                            wish.in_working_hours
                            and works(person, at) is False
                        )
                    )
                    for person in people
                )
            start += timedelta(minutes=1)


def test_clocks_that_change_move_the_working_day() -> None:
    """Nine o'clock in Berlin is another moment after the last Sunday."""
    told = WorkingHours(
        days=["friday", "monday"],
        start="09:00:00",
        end="10:00:00",
        time_zone="Europe/Berlin",
    )
    window = (
        datetime(2026, 10, 23, tzinfo=UTC),
        datetime(2026, 10, 27, tzinfo=UTC),
    )
    person = Attendee(
        is_required=True,
        is_known=True,
        hours=working_spans(told, window, "UTC"),
    )
    wish = Wish(
        window=window,
        duration=timedelta(hours=1),
        in_working_hours=True,
        most=10,
    )
    found = [one.start for one in find_times(wish, [person])]

    assert found == [
        datetime(2026, 10, 23, 7, tzinfo=UTC),
        datetime(2026, 10, 26, 8, tzinfo=UTC),
    ]


@settings(max_examples=100, deadline=None)
@given(
    hours,
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.integers(0, 96 * 3),
)
def test_working_hours_are_what_clocks_show(
    told: WorkingHours, day: date, quarters: int
) -> None:
    """A moment is in a span just if its local time is in the hours."""
    zone = ZoneInfo(told["time_zone"] or "UTC")
    begin = datetime.combine(day, time(), UTC)
    moment = begin + quarters * QUARTER
    spans_ = working_spans(told, (begin, begin + 3 * 96 * QUARTER), "UTC")
    local = moment.astimezone(zone)
    start = time.fromisoformat(told["start"] or "")
    end = time.fromisoformat(told["end"] or "")
    week = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    days = {
        index
        for index, name in enumerate([*week, "saturday", "sunday"])
        if name in told["days"]
    }
    yesterday = (local.weekday() - 1) % 7
    if start < end:
        is_in = local.weekday() in days and start <= local.time() < end
    else:
        is_in = (local.weekday() in days and local.time() >= start) or (
            yesterday in days and local.time() < end
        )
    # What clocks show twice or never is of no help here.
    if (local + 2 * timedelta(hours=1)).utcoffset() == (
        local - 26 * timedelta(hours=1)
    ).utcoffset():
        assert spans_ is not None
        assert any(a <= moment < b for a, b in spans_) == is_in


def test_nothing_known_is_not_nothing() -> None:
    """Hours without a start are unknown; a zone without a name is another."""
    window = (MONDAY, MONDAY + timedelta(days=1))
    blank = WorkingHours(days=[], start=None, end=None, time_zone=None)
    own = WorkingHours(
        days=["monday"], start="09:00:00", end="10:00:00", time_zone=None
    )

    assert working_spans(None, window, "UTC") is None
    assert working_spans(blank, window, "UTC") is None
    assert working_spans(own, window, "Asia/Kolkata") == [
        (
            MONDAY + timedelta(hours=3, minutes=30),
            MONDAY + timedelta(hours=4, minutes=30),
        )
    ]
