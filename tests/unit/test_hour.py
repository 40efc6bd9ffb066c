"""What is counted minute by minute."""

from datetime import UTC, datetime, timedelta

import pytest

from app.hour import MINUTES, Hours, Minute, merged, quantile

BEGAN = datetime(2026, 11, 22, 16, 0, 30, tzinfo=UTC)


class Time:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.hours = Hours(lambda: self.passed, self.wall)

    def wall(self) -> datetime:
        return BEGAN + timedelta(seconds=self.passed)


def test_minutes_are_those_of_the_clock_on_the_wall() -> None:
    """Half a minute after half past, the next one begins."""
    time = Time()
    first = time.hours.present()
    time.hours.note("contoso", 0.1, ())
    time.passed = 29.9
    time.hours.note("contoso", 0.1, ["failed"])
    time.passed = 30.0
    time.hours.note("contoso", 0.1, ())
    known = time.hours.of("contoso")

    assert first == BEGAN.timestamp() // 60
    assert {n: m.total for n, m in known.items()} == {first: 2, first + 1: 1}
    assert known[first].share("failed") == 0.5
    assert time.hours.date(0.0) == BEGAN.timestamp()


def test_what_is_over_an_hour_old_is_forgotten() -> None:
    """Of minutes in a row, and of one after which nothing came."""
    time = Time()
    for minute in range(90):
        time.passed = 60.0 * minute
        time.hours.note("busy", 0.1, ())
    time.hours.note("quiet", 0.1, ())
    before = len(time.hours.of("quiet"))
    time.passed += 3600

    assert before == 1
    assert len(time.hours.of("quiet")) == 0
    time.passed -= 3600
    assert len(time.hours.of("busy")) == MINUTES
    assert len(time.hours.of("unheard of")) == 0


def test_tenants_are_counted_together() -> None:
    """Sums of all, and quantiles of all as if they were one."""
    time = Time()
    for _ in range(90):
        time.hours.note("one", 0.01, ["kept"])
    for _ in range(10):
        time.hours.note("two", 5.0, ["failed"])
    time.hours.mark("one", "trouble")
    whole = time.hours.of(None)[time.hours.present()]
    one = time.hours.of("one")[time.hours.present()]

    assert (whole.total, whole.share("failed")) == (100, 0.1)
    assert quantile(whole, 0.5) == pytest.approx(0.01, rel=0.4)
    assert quantile(whole, 0.95) == pytest.approx(5.0, rel=0.4)
    assert (one.total, one.kinds["trouble"]) == (90, 1)
    assert whole.kinds["trouble"] == 0


@pytest.mark.parametrize("took", [0.0, 0.001, 0.02, 0.3, 4.0, 50.0, 1e4])
def test_a_quantile_is_near_what_was_measured(took: float) -> None:
    """Within two fifths, between a millisecond and a minute and a half."""
    time = Time()
    time.hours.note("contoso", took, ())
    found = quantile(time.hours.of("contoso")[time.hours.present()], 0.95)

    expected = min(max(took, 0.001), 92.0)
    assert found == pytest.approx(expected, rel=0.4)


def test_of_nothing_there_is_no_quantile() -> None:
    """Neither is there a share."""
    assert quantile(merged(1, []), 0.5) is None
    assert Minute(1).share("failed") == 0.0
