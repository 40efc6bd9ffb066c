"""A recurrence rule of RFC 5545, taken apart."""

import re
from dataclasses import dataclass

from app.gateway.translation.calendar.recurrence import (
    CODES,
    DAYS,
    LENGTHS,
    Day,
)

__all__ = ["NotExpressible", "RuleParts"]

_DAY_OF = {code: day for day, code in CODES.items()}
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_COUNT = re.compile(r"0*([0-9]{1,3})")
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
_PART = re.compile(r"([A-Z-]+)=([A-Z0-9,+:-]+)")
_KNOWN = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"),
    *("BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"),
}
_ELSEWHERE = {"BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO"}
_MOST = 999
_LONGEST = 31
_DAYS_OF_A_YEAR = 366


class NotExpressible(ValueError):
    """The rule is none of RFC 5545's, or none that Exchange can follow."""


@dataclass(frozen=True, slots=True)
class _Weekday:
    position: int | None
    day: Day


class RuleParts:
    """The parts of a rule, each by itself as RFC 5545 wants it.

    Attributes:
        frequency: ``FREQ``, whatever it says.
        interval: ``INTERVAL``, 1 without it.
        count: ``COUNT``.
        until: ``UNTIL``, yet to be read.
        week_start: ``WKST``, Monday without it.
        days: ``BYDAY``.
        month_days: ``BYMONTHDAY``, sorted.
        months: ``BYMONTH``, sorted.
        positions: ``BYSETPOS``, sorted.
    """

    def __init__(self, text: str) -> None:
        self._values = _split(text)
        self.frequency = self._values.pop("FREQ", "")
        self.interval = self._number("INTERVAL") or 1
        self.count = self._number("COUNT")
        self.until = self._values.pop("UNTIL", None)
        start = self._values.pop("WKST", "MO")
        if start not in _DAY_OF:
            raise NotExpressible("WKST is a day of the week")
        self.week_start = _DAY_OF[start]
        self.days = self._weekdays()
        self.month_days = self._numbers("BYMONTHDAY", _LONGEST)
        self.months = self._numbers("BYMONTH", len(LENGTHS))
        self.positions = self._numbers("BYSETPOS", _DAYS_OF_A_YEAR)
        if any(month < 0 for month in self.months):
            raise NotExpressible("BYMONTH counts from 1 to 12")
        if self.positions and not (self.days or self.month_days):
            raise NotExpressible("BYSETPOS chooses of BYDAY or BYMONTHDAY")

    @property
    def plain_days(self) -> tuple[Day, ...]:
        """The days of BYDAY, in the order of a week from Monday."""
        wanted = {weekday.day for weekday in self.days}
        return tuple(day for day in DAYS if day in wanted)

    @property
    def are_plain(self) -> bool:
        """Whether no day of BYDAY has a number before it."""
        return all(weekday.position is None for weekday in self.days)

    def refuse(self, *names: str) -> None:
        """Raise `NotExpressible` if one of these parts is given."""
        given = {
            "BYDAY": self.days,
            "BYMONTH": self.months,
            "BYMONTHDAY": self.month_days,
            "BYSETPOS": self.positions,
        }
        for name in names:
            if given[name]:
                raise NotExpressible(
                    f"Exchange cannot follow FREQ={self.frequency} with {name}"
                )

    def _number(self, name: str) -> int | None:
        text = self._values.pop(name, None)
        if text is None:
            return None
        found = _COUNT.fullmatch(text)
        if found is None or not 1 <= int(found[1]) <= _MOST:
            raise NotExpressible(f"{name} is a number from 1 to {_MOST}")
        return int(found[1])

    def _numbers(self, name: str, most: int) -> tuple[int, ...]:
        text = self._values.pop(name, None)
        if text is None:
            return ()
        found = text.split(",")
        if not all(_NUMBER.fullmatch(one) for one in found):
            raise NotExpressible(f"{name} is a list of numbers")
        numbers = sorted({int(one) for one in found})
        if not all(1 <= abs(number) <= most for number in numbers):
            raise NotExpressible(f"{name} counts from 1 to {most}")
        return tuple(numbers)

    def _weekdays(self) -> tuple[_Weekday, ...]:
        text = self._values.pop("BYDAY", None)
        if text is None:
            return ()
        found = [_WEEKDAY.fullmatch(one) for one in text.split(",")]
        return tuple(
            _Weekday(int(one[1]) if one[1] else None, _DAY_OF[one[2]])
            for one in map(_expected, found)
        )


def _split(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for part in text.upper().split(";"):
        found = _PART.fullmatch(part)
        if found is None:
            raise NotExpressible(
                "a rule is NAME=VALUE;NAME=VALUE, as in RFC 5545"
            )
        name, value = found.groups()
        if name in _ELSEWHERE:
            raise NotExpressible(f"Exchange cannot follow {name}")
        if name not in _KNOWN:
            raise NotExpressible("a part of it is none of RFC 5545's")
        if name in values:
            raise NotExpressible(f"{name} is given twice")
        values[name] = value
    return values


def _expected(found: re.Match[str] | None) -> re.Match[str]:
    if found is None:
        raise NotExpressible("BYDAY is a list of days, such as MO,2TU,-1FR")
    return found
