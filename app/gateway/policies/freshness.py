"""Whether a kept answer will do, and if not, why. Pure.

Sources: RFC 9111 §4.2 (freshness) and §5.2.1 (what a caller can ask for),
RFC 5861 §3 (stale-while-revalidate) and §4 (stale-if-error).
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from app.models.context import CacheControl

__all__ = [
    "Lifetime",
    "Unfit",
    "spread",
    "unfit_as_fresh",
    "unfit_as_stand_in",
    "unfit_meanwhile",
]

_SPREAD = 0.1


class Unfit(StrEnum):
    """Why something kept is not the answer; a name for logs."""

    NOTHING_KEPT = "nothing-kept"
    UNWANTED = "unwanted"
    WRITTEN_SINCE = "written-since"
    TOO_OLD = "too-old"
    FINAL_ERROR = "final-error"
    BACKING_OFF = "backing-off"


class Lifetime(Struct, frozen=True, kw_only=True):
    """How long an answer is good, and what for, in seconds.

    Attributes:
        fresh: From when Graph gave it: as good as new.
        revalidate: From the end of that: good enough while Graph is asked.
        stale: From the end of that: a stand-in if Graph fails.
    """

    fresh: float
    revalidate: float
    stale: float

    def within(self, most: "Lifetime") -> "Lifetime":
        """Return this, shortened to bounds.

        What would be too old for a stand-in is too old altogether.
        """
        stale = min(self.stale, most.stale)
        return Lifetime(
            fresh=min(self.fresh, most.fresh),
            revalidate=min(self.revalidate, most.revalidate, stale),
            stale=stale,
        )

    def spread_by(self, factor: float) -> "Lifetime":
        """Return this with another time of freshness."""
        return replace(self, fresh=self.fresh * factor)


def spread(uniform: Callable[[float, float], float]) -> float:
    """Draw what a time of freshness is multiplied by: a tenth at most.

    What was stored together would otherwise expire together, and all of it
    be asked for at once.
    """
    return uniform(1 - _SPREAD, 1 + _SPREAD)


def unfit_as_fresh(
    age: float, lifetime: Lifetime, wishes: CacheControl, *, is_current: bool
) -> Unfit | None:
    """Tell why an answer may not be given as if it were new; None if it may.

    ``is_current`` tells that nothing was written since.
    """
    if wishes.no_cache:
        return Unfit.UNWANTED
    if not is_current:
        return Unfit.WRITTEN_SINCE
    if age >= lifetime.fresh:
        return Unfit.TOO_OLD
    too_old = wishes.max_age is not None and age > wishes.max_age
    return Unfit.UNWANTED if too_old else None


def unfit_meanwhile(
    age: float, lifetime: Lifetime, wishes: CacheControl, *, is_current: bool
) -> Unfit | None:
    """Tell why an answer may not be given while Graph is asked for another.

    Whoever names a greatest age wants nothing stale (RFC 9111 §5.2.1.1), and
    who wants no request made must not cause one in secret either.
    """
    demands = wishes.no_cache or wishes.only_if_cached
    if demands or wishes.max_age is not None:
        return Unfit.UNWANTED
    if not is_current:
        return Unfit.WRITTEN_SINCE
    return _too_stale(age, lifetime.fresh, lifetime.revalidate, wishes)


def unfit_as_stand_in(
    age: float, lifetime: Lifetime, wishes: CacheControl
) -> Unfit | None:
    """Tell why an answer may not be given in place of an error."""
    if wishes.no_cache:
        return Unfit.UNWANTED
    most = wishes.max_age if wishes.only_if_cached else None
    if most is not None and age > most:
        # Nobody is asked, so this is no stand-in but the answer itself.
        return Unfit.UNWANTED
    return _too_stale(age, lifetime.fresh, lifetime.stale, wishes)


def _too_stale(
    age: float, fresh: float, limit: float, wishes: CacheControl
) -> Unfit | None:
    if wishes.stale_if_error is not None:
        limit = min(limit, wishes.stale_if_error)
    return Unfit.TOO_OLD if age - fresh >= limit else None
