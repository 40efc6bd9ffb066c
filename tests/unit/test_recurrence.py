"""Recurrence rules, between RFC 5545 and what Exchange can repeat."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from app.gateway.translation.calendar.recurrence import (
    DAYS,
    LENGTHS,
    POSITIONS,
    Rule,
    Start,
    write_rrule,
)
from app.gateway.translation.calendar.rrule import NotExpressible, read_rrule

BERLIN = ZoneInfo("Europe/Berlin")
# A Sunday.
START = Start(datetime.fromisoformat("2026-11-22T09:30"), BERLIN)
MOST = 12

weekdays = st.sets(st.sampled_from(DAYS), min_size=1).map(
    lambda days: tuple(day for day in DAYS if day in days)
)
starts = st.builds(
    Start,
    st.datetimes(
        datetime.fromisoformat("2000-01-01"),
        datetime.fromisoformat("2040-01-01"),
    ).map(lambda moment: moment.replace(microsecond=0)),
    st.sampled_from(
        [BERLIN, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York"), None]
    ),
).map(
    lambda start: (
        Start(datetime.combine(start.local, datetime.min.time()), None)
        if start.zone is None
        else start
    )
)
kinds = st.one_of(
    st.just(Rule(kind="daily")),
    st.builds(
        Rule,
        kind=st.just("weekly"),
        days=weekdays,
        week_start=st.sampled_from(DAYS),
    ),
    st.builds(Rule, kind=st.just("absolute_monthly"), day=st.integers(1, 31)),
    st.builds(
        Rule,
        kind=st.just("relative_monthly"),
        days=weekdays,
        index=st.sampled_from(list(POSITIONS)),
    ),
    st.integers(1, 12).flatmap(
        lambda month: st.builds(
            Rule,
            kind=st.just("absolute_yearly"),
            month=st.just(month),
            day=st.integers(1, LENGTHS[month - 1]),
        )
    ),
    st.builds(
        Rule,
        kind=st.just("relative_yearly"),
        days=weekdays,
        index=st.sampled_from(list(POSITIONS)),
        month=st.integers(1, 12),
    ),
)


@st.composite
def series(draw: st.DrawFn) -> tuple[Rule, Start]:
    """Any rule that Exchange can follow, and any start."""
    rule, start = draw(kinds), draw(starts)
    first = start.local.date()
    days = st.dates(first, first + timedelta(days=4000))
    until = draw(st.none() | days)
    count = None if until else draw(st.none() | st.integers(1, 999))
    interval = draw(st.integers(1, 6))
    rule = replace(rule, interval=interval, until=until, count=count)
    return rule, start


def followed(rule: Rule, first: date) -> Iterator[date]:
    """Yield the days of a rule as Exchange does, by trying each of them."""
    found = 0
    for day in (first + timedelta(days=n) for n in range(25 * 366)):
        if rule.until is not None and day > rule.until:
            return
        if _period(rule, first, day) % rule.interval or not _fits(rule, day):
            continue
        yield day
        found += 1
        if found == rule.count:
            return


def _period(rule: Rule, first: date, day: date) -> int:
    if rule.kind == "daily":
        return (day - first).days
    if rule.kind == "weekly":
        begins = DAYS.index(rule.week_start or "monday")
        week = [
            one - timedelta(days=(one.weekday() - begins) % 7)
            for one in (first, day)
        ]
        return (week[1] - week[0]).days // 7
    years = day.year - first.year
    if rule.kind.endswith("monthly"):
        return years * 12 + day.month - first.month
    return years


def _fits(rule: Rule, day: date) -> bool:
    if rule.month is not None and day.month != rule.month:
        return False
    length = monthrange(day.year, day.month)[1]
    if rule.day is not None:
        return day.day == min(rule.day, length)
    if rule.index is None:
        return not rule.days or DAYS[day.weekday()] in rule.days
    wanted = [
        n
        for n in range(1, length + 1)
        if DAYS[day.replace(day=n).weekday()] in rule.days
    ]
    position = POSITIONS[rule.index]
    return day.day == wanted[position - 1 if position > 0 else -1]


def expanded(text: str, start: Start, most: int = MOST) -> list[date]:
    """Return the days of an RRULE as python-dateutil finds them."""
    first = start.local.replace(tzinfo=start.zone)
    return [day.date() for day in islice(rrulestr(text, dtstart=first), most)]


@given(series())
@settings(max_examples=100)
def test_rules_mean_the_same_to_others(given_: tuple[Rule, Start]) -> None:
    """What is written is expanded by dateutil to what Exchange repeats."""
    rule, start = given_
    text = write_rrule(rule, start)

    # Intervals of years go beyond what is tried.
    most = 4 if "yearly" in rule.kind else MOST
    assert expanded(text, start, most) == list(
        islice(followed(rule, start.local.date()), most)
    )


@given(series())
@settings(max_examples=100)
def test_rules_come_back(given_: tuple[Rule, Start]) -> None:
    """Written and read again, a rule has the same text and the same end."""
    rule, start = given_
    text = write_rrule(rule, start)
    read = read_rrule(text, start)

    assert write_rrule(read, start) == text
    assert (read.until, read.count) == (rule.until, rule.count)
    assert read.interval == rule.interval


texts = st.builds(
    lambda *parts: ";".join(part for part in parts if part),
    st.one_of(
        st.just("FREQ=DAILY"),
        st.builds(
            "FREQ=WEEKLY{}{}".format,
            st.sampled_from(["", ";BYDAY=FR,MO", ";BYDAY=SU", ";BYDAY=TU,WE"]),
            st.sampled_from(["", ";WKST=SU", ";WKST=MO"]),
        ),
        st.builds(
            "FREQ=MONTHLY;{}".format,
            st.sampled_from(
                [
                    "BYMONTHDAY=15",
                    "BYMONTHDAY=-1",
                    "BYMONTHDAY=30,28,29;BYSETPOS=-1",
                    "BYDAY=2TU",
                    "BYDAY=-1FR",
                    "BYDAY=+1MO",
                    "BYDAY=TU;BYSETPOS=3",
                    "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                    "BYDAY=SA,SU;BYSETPOS=1",
                ]
            ),
        ),
        st.builds(
            "FREQ=YEARLY;BYMONTH={};{}".format,
            st.integers(1, 12),
            st.sampled_from(
                ["BYMONTHDAY=28", "BYMONTHDAY=-1", "BYDAY=4TH", "BYDAY=-1MO"]
            ),
        ),
    ),
    st.sampled_from(["", "INTERVAL=2", "INTERVAL=3"]),
    st.sampled_from(["", "COUNT=7", "UNTIL=20311231T000000Z"]),
)


@given(texts, starts)
@settings(max_examples=100)
def test_texts_keep_their_meaning(text: str, start: Start) -> None:
    """What callers write, Exchange repeats on the days they meant."""
    if start.zone is None or start.local.year > 2030:
        text = text.replace("UNTIL=20311231T000000Z", "COUNT=9")
    rule = read_rrule(text, start)

    most = 4 if "YEARLY" in text else MOST
    days = expanded(text, start, most)
    assert days == expanded(write_rrule(rule, start), start, most)
    assert days == list(islice(followed(rule, start.local.date()), most))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SU"),
        ("freq=weekly;byday=mo", "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=22"),
        ("FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=22"),
        ("FREQ=YEARLY;BYMONTH=3", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=22"),
        (
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-2",
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=29",
        ),
        ("FREQ=DAILY;BYDAY=MO,TU", "FREQ=WEEKLY;BYDAY=MO,TU"),
        ("FREQ=MONTHLY;BYDAY=MO,TU", "FREQ=WEEKLY;BYDAY=MO,TU"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
        ),
        ("FREQ=DAILY;INTERVAL=1;WKST=SU", "FREQ=DAILY"),
        # The last one begins exactly then, or would begin a second later.
        (
            "FREQ=DAILY;UNTIL=20261230T083000Z",
            "FREQ=DAILY;UNTIL=20261230T083000Z",
        ),
        (
            "FREQ=DAILY;UNTIL=20261230T082959Z",
            "FREQ=DAILY;UNTIL=20261229T083000Z",
        ),
        # In local time, and as a whole day, though the RFC wants UTC.
        (
            "FREQ=DAILY;UNTIL=20261230T093000",
            "FREQ=DAILY;UNTIL=20261230T083000Z",
        ),
        ("FREQ=DAILY;UNTIL=20261230", "FREQ=DAILY;UNTIL=20261230T083000Z"),
        # Summer time has come by then.
        ("FREQ=DAILY;UNTIL=20270630", "FREQ=DAILY;UNTIL=20270630T073000Z"),
    ],
)
def test_texts_have_one_form(text: str, same: str) -> None:
    """What means the same is written the same."""
    assert write_rrule(read_rrule(text, START), START) == same


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20261230", date(2026, 12, 30)),
        ("20261230T000000Z", date(2026, 12, 30)),
        ("20261230T235959", date(2026, 12, 30)),
    ],
)
def test_whole_days_end_on_a_day(until: str, last: date) -> None:
    """For all-day events, only the date of UNTIL counts."""
    start = Start(datetime.fromisoformat("2026-11-22"), None)
    rule = read_rrule(f"FREQ=DAILY;UNTIL={until}", start)

    assert rule.until == last
    assert write_rrule(rule, start) == "FREQ=DAILY;UNTIL=20261230"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "NAME=VALUE"),
        ("every Monday", "NAME=VALUE"),
        ("BYDAY=MO", "FREQ is"),
        ("FREQ=HOURLY", "HOURLY"),
        ("FREQ=NEVER", "FREQ is"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;X-MINE=1", "none of RFC 5545"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "exclude"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;INTERVAL=1000", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=0000000011000", "INTERVAL"),
        (f"FREQ=DAILY;COUNT=000000001{'9' * 4900}", "COUNT"),
        ("FREQ=DAILY;UNTIL=20260101", "before the start"),
        ("FREQ=DAILY;UNTIL=20269901", "calendar"),
        ("FREQ=DAILY;UNTIL=99991231", "leave UNTIL out"),
        ("FREQ=DAILY;UNTIL=00010101T000000Z", "calendar"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL"),
        ("FREQ=DAILY;WKST=XX", "WKST"),
        ("FREQ=DAILY;BYMONTH=1", "BYMONTH"),
        ("FREQ=DAILY;INTERVAL=2;BYDAY=MO", "INTERVAL"),
        ("FREQ=WEEKLY;BYDAY=1MO", "number"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO", "BYSETPOS"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "BYMONTHDAY=-1"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "one day"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "one day"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=x", "numbers"),
        ("FREQ=MONTHLY;BYDAY=5MO", "first, second"),
        ("FREQ=MONTHLY;BYDAY=1MO,2TU", "first, second"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-2", "first, second"),
        ("FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=YEARLY;BYMONTH=0", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=1,7", "one month"),
        ("FREQ=YEARLY;BYDAY=20MO", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "29 February"),
        ("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31", "must exist"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=TU", "first, second"),
        ("FREQ=YEARLY;BYYEARDAY=100", "BYYEARDAY"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO"),
    ],
)
def test_what_exchange_cannot_follow_is_told(text: str, told: str) -> None:
    """Nothing is bent into something that is nearly the same."""
    with pytest.raises(NotExpressible, match=told):
        read_rrule(text, START)


@given(st.text(alphabet="FREQ=DAILYWK;BDMONTHUS,:+-0129Z", max_size=60))
def test_any_text_is_a_rule_or_is_none(text: str) -> None:
    """No text fails otherwise."""
    try:
        rule = read_rrule(text, START)
    except NotExpressible:
        return
    assert write_rrule(rule, START).startswith("FREQ=")


def test_moments_around_a_change_of_clocks() -> None:
    """The first of two, and as long after midnight as if none was skipped."""
    skipped = Start(datetime.fromisoformat("2026-03-01T02:30"), BERLIN)

    assert skipped.on(date(2026, 3, 29)) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    assert skipped.on(date(2026, 10, 25)) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
