"""How requests to this service have ended, lately and in the last hour."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import NamedTuple

from app.clock import Clock
from app.hour import Hours

__all__ = ["History", "Request", "Spell"]

_MINUTE = 60.0
_MOMENT = 10.0
_FEWEST = 5
_TOO_OLD = 300.0
_TOO_MUCH = 0.1
_MORE_THAN_BAD_LUCK = 2
_JUST_NOW = 15.0
_MOST_SAMPLES = 1000
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


class _Sample(NamedTuple):
    at: float
    request: Request


class _Met(NamedTuple):
    """When a problem began, and when it was met last: of so many requests."""

    began: float
    last: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """The last minute, or the last few requests where they are more.

    There ``is_failing`` if two or more failures are a tenth of the last ten
    seconds; or of the minute, and the last was just now. So it is seen at
    once, does not flicker, and is over soon after the last one. ``codes`` are
    the problems that were met just now.
    """

    total: int = 0
    failed: int = 0
    stale: int = 0
    is_failing: bool = False
    is_stale: bool = False
    codes: Counter[str] = field(default_factory=Counter)


class History:
    """Remembers a bounded number of requests, and minutes, of each tenant.

    ``""`` stands for what was refused before it came to a tenant.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._samples: defaultdict[str, deque[_Sample]] = defaultdict(
            lambda: deque(maxlen=_MOST_SAMPLES)
        )
        self._numbers: Counter[str] = Counter()
        self._met: defaultdict[str, dict[str, _Met]] = defaultdict(dict)
        self.hours = Hours(clock.now, clock.wall)
        self.began = self.hours.date(clock.now())

    def note(self, tenant: str, request: Request) -> None:
        """Note how a request has just ended."""
        now = self._clock.now()
        self._samples[tenant].append(_Sample(now, request))
        self._numbers[tenant] += 1
        if request.code:
            self._meet(tenant, request.code, now)
        kinds = {
            "failed": request.is_failed,
            "stale": request.is_stale,
            "kept": request.is_kept,
        }
        self.hours.note(
            tenant, request.took, (k for k, so in kinds.items() if so)
        )

    def met(self, tenant: str) -> dict[str, float]:
        """Return the codes of the problems that go on, and since when."""
        now = self._clock.now()
        return {
            code: self.hours.date(met.began)
            for code, met in self._met[tenant].items()
            if now - met.last <= _GAP
        }

    def lately(self, tenant: str) -> Spell:
        """Return how requests of a tenant end now."""
        now = self._clock.now()
        known = self._samples[tenant]
        minute = _youngest(known, now, _MINUTE)
        moment = _youngest(known, now, _MOMENT)

        def is_much(counts: Callable[[Request], bool]) -> bool:
            hits = [s.at for s in minute if counts(s.request)]
            just_now = bool(hits) and now - max(hits) <= _JUST_NOW
            return _is_much(moment, counts) or (
                just_now and _is_much(minute, counts)
            )

        return Spell(
            total=len(minute),
            failed=sum(s.request.is_failed for s in minute),
            stale=sum(s.request.is_stale for s in minute),
            is_failing=is_much(lambda request: request.is_failed),
            is_stale=is_much(lambda request: request.is_stale),
            codes=Counter(
                sample.request.code
                for sample in _youngest(known, now, _JUST_NOW)
                if sample.request.code
            ),
        )

    def _meet(self, tenant: str, code: str, now: float) -> None:
        number = self._numbers[tenant]
        met = self._met[tenant].get(code, _Met(now, now, number))
        is_new = now - met.last > _GAP or number - met.number > _MOST_BETWEEN
        began = now if is_new else met.began
        self._met[tenant][code] = _Met(began, now, number)


def _youngest(
    samples: deque[_Sample], now: float, window: float
) -> Sequence[_Sample]:
    """Return those of a window, or the last few if they are more."""
    recent = list(takewhile(lambda s: now - s.at <= window, reversed(samples)))
    if len(recent) >= _FEWEST:
        return recent
    last = islice(reversed(samples), _FEWEST)
    return [sample for sample in last if now - sample.at <= _TOO_OLD]


def _is_much(
    samples: Sequence[_Sample], counts: Callable[[Request], bool]
) -> bool:
    hits = sum(counts(sample.request) for sample in samples)
    return hits >= max(_MORE_THAN_BAD_LUCK, _TOO_MUCH * len(samples))
