"""How requests to this service have ended, lately and in the last hour."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple

from app.clock import Clock
from app.hour import Hours
from app.problems.graph_failures import GraphCircuitOpen

__all__ = ["History", "Request", "Spell"]

# What a request may have been, as `Request` ends.
_KINDS = ("failed", "stale", "kept")
_MINUTE = 60.0
_MOMENT = 5.0
_FEWEST = 5
_TOO_OLD = 300.0
_TOO_MUCH = 0.1
_MORE_THAN_BAD_LUCK = 2
_JUST_NOW = 15.0
_SECOND = 1.0
_MOST_SECONDS = 300
# A problem begins anew if it was not met for so long, or so many requests.
_GAP = 120.0
_MOST_BETWEEN = 60


class Request(NamedTuple):
    """How one request ended, as far as its caller can tell.

    ``code`` is that of the problem it was answered with. It ``is_failed`` if
    that was no fault of its caller's, ``is_stale`` if it was answered with
    an older copy, ``is_kept`` if without a request to Microsoft.
    """

    took: float
    code: str | None = None
    is_failed: bool = False
    is_stale: bool = False
    is_kept: bool = False


class _Count:
    """How requests ended, and which problems they met."""

    __slots__ = ("began", "codes", "failed", "stale", "total")

    def __init__(self, began: float) -> None:
        self.began = began
        self.total = self.failed = self.stale = 0
        self.codes: Counter[str] = Counter()

    def note(self, request: Request, times: int) -> None:
        """Count so many more."""
        self.total += times
        self.failed += request.is_failed * times
        self.stale += request.is_stale * times
        if request.code:
            self.codes[request.code] += times

    def add(self, other: "_Count") -> None:
        """Count those that another has counted."""
        self.total += other.total
        self.failed += other.failed
        self.stale += other.stale
        if other.codes:
            self.codes.update(other.codes)


class _Met(NamedTuple):
    """When a problem began, and when it was met last: of so many requests."""

    began: float
    last: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """The last minute, or the last few requests where they are more.

    There ``is_failing`` if two or more failures are a tenth of the last five
    seconds; or of the minute, and one was in the last fifteen seconds. So it
    is seen at once, does not flicker, and is over soon after the last one.
    ``codes`` are the problems of those fifteen seconds.
    """

    total: int = 0
    failed: int = 0
    stale: int = 0
    is_failing: bool = False
    is_stale: bool = False
    codes: Counter[str] = field(default_factory=Counter)


class History:
    """Counts requests by the second, and by the minute, for each tenant.

    ``""`` stands for what was refused before it came to a tenant.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seconds: defaultdict[str, deque[_Count]] = defaultdict(
            lambda: deque(maxlen=_MOST_SECONDS)
        )
        self._numbers: Counter[str] = Counter()
        self._met: defaultdict[str, dict[str, _Met]] = defaultdict(dict)
        self.hours = Hours(clock.now, clock.wall)
        self.began = self.hours.date(clock.now())

    def note(self, tenant: str, request: Request, times: int = 1) -> None:
        """Note how a request has just ended, or so many that were alike."""
        now = self._clock.now()
        seconds = self._seconds[tenant]
        if not seconds or now - seconds[-1].began >= _SECOND:
            seconds.append(_Count(now))
        seconds[-1].note(request, times)
        self._numbers[tenant] += times
        if request.code:
            self._meet(tenant, request.code, now)
        kinds = tuple(compress(_KINDS, request[2:]))
        self.hours.note(tenant, request.took, kinds, times)

    def met(self, tenant: str) -> dict[str, float]:
        """Return the codes of the problems that go on, and since when."""
        now = self._clock.now()
        return {
            code: self.hours.date(met.began)
            for code, met in self._met[tenant].items()
            if now - met.last <= _GAP
        }

    def cause(self, tenant: str) -> str | None:
        """Return the problem met last, but that of breakers.

        What opened a breaker is not met any more while it is open.
        """
        last = {
            code: met.last
            for code, met in self._met[tenant].items()
            if code != GraphCircuitOpen.code
        }
        return max(last, key=last.__getitem__, default=None)

    def lately(self, tenant: str) -> Spell:
        """Return how requests of a tenant end now."""
        now = self._clock.now()
        minute, just_now, moment = _Count(now), _Count(now), _Count(now)
        for second in reversed(self._seconds[tenant]):
            # The last few say how it is, if they are not from long ago.
            long_ago = now - second.began
            age = 0.0 if minute.total < _FEWEST else long_ago
            if age > _MINUTE or long_ago > _TOO_OLD:
                break
            minute.add(second)
            if age <= _JUST_NOW:
                just_now.add(second)
            if age <= _MOMENT:
                moment.add(second)
        return Spell(
            total=minute.total,
            failed=minute.failed,
            stale=minute.stale,
            is_failing=_is_much(moment.failed, moment.total)
            or (just_now.failed > 0 and _is_much(minute.failed, minute.total)),
            is_stale=_is_much(moment.stale, moment.total)
            or (just_now.stale > 0 and _is_much(minute.stale, minute.total)),
            codes=just_now.codes,
        )

    def _meet(self, tenant: str, code: str, now: float) -> None:
        number = self._numbers[tenant]
        met = self._met[tenant].get(code, _Met(now, now, number))
        is_new = now - met.last > _GAP or number - met.number > _MOST_BETWEEN
        began = now if is_new else met.began
        self._met[tenant][code] = _Met(began, now, number)


def _is_much(bad: int, total: int) -> bool:
    return bad >= max(_MORE_THAN_BAD_LUCK, _TOO_MUCH * total)
