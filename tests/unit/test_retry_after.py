"""Reading Retry-After."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.retry_after import http_date, retry_after_seconds

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
YEAR = 31_536_000

# Near misses: what could be taken for a number or a date, and is none.
DIGITS = st.text("0123456789\u0660٣\u0966\uff15.,+-_eExX ", max_size=40)
DATES = st.from_regex(
    r"[A-Za-z]{3,9},? [0-9A-Za-z:+ -]{0,30}[0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"[ A-Za-z0-9+-]{0,12}",
    fullmatch=True,
)
FLOATS = st.floats().map(str)
NUMBERS = st.integers().map(str)
ANYTHING = st.one_of(st.text(max_size=60), DIGITS, DATES, FLOATS, NUMBERS)


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        (["7"], 7.0),
        (["0"], 0.0),
        (["2.128"], 2.128),
        (["2024"], 2024.0),
        ([" 30 "], 30.0),
        (["30, 120"], 30.0),
        (["soon, 120"], 120.0),
        (["soon", "12"], 12.0),
        (["99999999999"], 31_536_000.0),
        (["Sun, 22 Nov 2026 09:30:30 GMT"], 30.0),
        (["Sun, 22 Nov 2026 09:30:30 GMT, 5"], 30.0),
        (["Sunday, 22-Nov-26 09:31:00 GMT"], 60.0),
        (["Sun Nov 22 09:32:00 2026"], 120.0),
        (["Sun, 22 Nov 2026 09:00:00 GMT"], 0.0),
    ],
)
def test_t003_t008_valid_forms(values: list[str], seconds: float) -> None:
    """Whole and decimal seconds and all three forms of a date."""
    assert retry_after_seconds(values, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "-1", "+5", "1e3", "inf", "nan", "0x10", "1_000"),
        *("\u0667", "\uff15", "7 seconds", "9" * 400, ".5", "5.", "1.2.3"),
        *("Sun, 99 Nov 2026 09:30:30 GMT", "Sun, 22 Nov 2026"),
        "Sun, 22 Nov 99999999999999 09:30:30 GMT",
        "Sun, 22 Nov 2026 09:30:30 +9999999",
    ],
)
def test_t009_garbage_is_no_answer(value: str) -> None:
    """What is no valid form is as if the header were missing."""
    assert retry_after_seconds([value], NOW) is None


@given(st.lists(ANYTHING, max_size=4))
def test_t009_nothing_breaks_it(values: list[str]) -> None:
    """Whatever the header says: no error, nothing out of bounds."""
    seconds = retry_after_seconds(values, NOW)

    assert seconds is None or (math.isfinite(seconds) and 0 <= seconds <= YEAR)


@given(ANYTHING)
def test_t009_dates_break_nothing_either(value: str) -> None:
    """The same reader serves for the header Date."""
    date = http_date(value)

    assert date is None or date.tzinfo is UTC


@given(st.lists(ANYTHING, max_size=3), st.integers(0, YEAR))
def test_t009_the_first_valid_one_counts(
    values: list[str], seconds: int
) -> None:
    """Garbage before and after a number does not change what it says."""
    garbage = [v for v in values if retry_after_seconds([v], NOW) is None]

    assert retry_after_seconds([*garbage, str(seconds), "7"], NOW) == seconds


@given(st.integers(min_value=-10_000, max_value=10_000_000))
def test_t007_dates_are_relative_to_now(ahead: int) -> None:
    """A date means the time until then, never less than nothing."""
    date = format_datetime(NOW + timedelta(seconds=ahead), usegmt=True)

    assert retry_after_seconds([date], NOW) == max(0, ahead)
