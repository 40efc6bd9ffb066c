"""Whether a kept answer will do. Pure.

Sources: RFC 9111 §4.2 (freshness) and §5.2.1 (what a caller can ask for),
RFC 5861 §4 (stale-if-error).
"""

from dataclasses import dataclass

from app.models.context import CacheControl

__all__ = ["Lifetime", "is_fresh", "may_stand_in"]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Seconds for which an answer is fresh, and after that a stand-in."""

    fresh: float
    stale: float


def is_fresh(age: float, lifetime: Lifetime, wishes: CacheControl) -> bool:
    """Tell whether an answer may be given without asking Graph."""
    if wishes.no_cache or age >= lifetime.fresh:
        return False
    return wishes.max_age is None or age <= wishes.max_age


def may_stand_in(age: float, lifetime: Lifetime, wishes: CacheControl) -> bool:
    """Tell whether an answer may be given in place of an error."""
    if wishes.no_cache:
        return False
    limit = lifetime.stale
    if wishes.stale_if_error is not None:
        limit = min(limit, wishes.stale_if_error)
    return age <= lifetime.fresh + limit
