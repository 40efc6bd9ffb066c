"""Whether a kept answer will do, as a decision."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.policies.freshness import (
    Lifetime,
    Unfit,
    spread,
    unfit_as_fresh,
    unfit_as_stand_in,
    unfit_meanwhile,
)
from app.models.context import CacheControl

SECONDS = st.floats(min_value=0, max_value=100_000)
MAYBE = st.none() | SECONDS
LIFETIMES = st.builds(
    Lifetime, fresh=SECONDS, revalidate=SECONDS, stale=SECONDS
)
WISHES = st.builds(
    CacheControl,
    no_cache=st.booleans(),
    only_if_cached=st.booleans(),
    max_age=MAYBE,
    stale_if_error=MAYBE,
)
USUAL = Lifetime(fresh=30, revalidate=300, stale=86_400)
ANY = CacheControl()


def allowed(
    age: float, lifetime: Lifetime, wishes: CacheControl, *, is_current: bool
) -> tuple[bool, bool, bool]:
    """Return whether it may be given: as fresh, meanwhile, as a stand-in."""
    return (
        unfit_as_fresh(age, lifetime, wishes, is_current=is_current) is None,
        unfit_meanwhile(age, lifetime, wishes, is_current=is_current) is None,
        unfit_as_stand_in(age, lifetime, wishes) is None,
    )


@given(
    age=SECONDS, lifetime=LIFETIMES, wishes=WISHES, is_current=st.booleans()
)
def test_wishes_are_granted(
    age: float, lifetime: Lifetime, wishes: CacheControl, *, is_current: bool
) -> None:
    """Nothing is given that the caller has ruled out."""
    fresh, meanwhile, stand_in = allowed(
        age, lifetime, wishes, is_current=is_current
    )

    if wishes.no_cache:
        assert not any((fresh, meanwhile, stand_in))
    if wishes.max_age is not None:
        assert not meanwhile
        assert not fresh or age <= wishes.max_age
    if wishes.only_if_cached:
        assert not meanwhile
    if wishes.stale_if_error is not None and (meanwhile or stand_in):
        assert age - lifetime.fresh < wishes.stale_if_error


@given(
    age=SECONDS, lifetime=LIFETIMES, wishes=WISHES, is_current=st.booleans()
)
def test_times_are_kept(
    age: float, lifetime: Lifetime, wishes: CacheControl, *, is_current: bool
) -> None:
    """Whatever is wished for, nothing is given beyond its time."""
    fresh, meanwhile, stand_in = allowed(
        age, lifetime, wishes, is_current=is_current
    )

    assert is_current or not any((fresh, meanwhile))
    assert not fresh or age < lifetime.fresh
    assert not meanwhile or age - lifetime.fresh < lifetime.revalidate
    assert not stand_in or age - lifetime.fresh < lifetime.stale


@given(age=SECONDS, more=SECONDS, lifetime=LIFETIMES, is_current=st.booleans())
def test_older_is_never_better(
    age: float, more: float, lifetime: Lifetime, *, is_current: bool
) -> None:
    """What is too old for one of the ways stays too old for it."""
    young = allowed(age, lifetime, ANY, is_current=is_current)
    old = allowed(age + more, lifetime, ANY, is_current=is_current)

    assert all(
        before or not after for before, after in zip(young, old, strict=True)
    )


@given(LIFETIMES, LIFETIMES)
def test_bounds_are_kept(own: Lifetime, most: Lifetime) -> None:
    """No time is above its bound or what the operation gives."""
    bounded = own.within(most)

    for name in ("fresh", "revalidate", "stale"):
        least = min(getattr(own, name), getattr(most, name))
        assert getattr(bounded, name) <= least
    assert bounded.fresh == min(own.fresh, most.fresh)
    assert bounded.stale == min(own.stale, most.stale)
    assert bounded.revalidate <= bounded.stale


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, (True, True, True)),
        (29.9, (True, True, True)),
        (30, (False, True, True)),
        (329.9, (False, True, True)),
        (330, (False, False, True)),
        (86_429, (False, False, True)),
        (86_430, (False, False, False)),
    ],
)
def test_the_ways_end_one_after_the_other(
    age: float, expected: tuple[bool, ...]
) -> None:
    """At its very end a time is over."""
    assert allowed(age, USUAL, ANY, is_current=True) == expected


@given(SECONDS)
def test_times_of_nothing(age: float) -> None:
    """With all times 0 nothing kept is ever given."""
    nothing = Lifetime(fresh=0, revalidate=0, stale=0)

    assert not any(allowed(age, nothing, ANY, is_current=True))


def test_reasons_are_told() -> None:
    """The reason is the one that the caller could do something about."""
    stale = CacheControl(no_cache=True, max_age=1)

    assert unfit_as_fresh(99, USUAL, stale, is_current=False) is (
        Unfit.UNWANTED
    )
    assert unfit_as_fresh(99, USUAL, ANY, is_current=False) is (
        Unfit.WRITTEN_SINCE
    )
    assert unfit_as_fresh(99, USUAL, ANY, is_current=True) is Unfit.TOO_OLD
    assert unfit_meanwhile(999, USUAL, ANY, is_current=True) is Unfit.TOO_OLD


def test_t130_freshness_is_spread_evenly() -> None:
    """10,000 answers of one second: a tenth more or less, all over it."""
    uniform = Random(3).uniform
    ends = sorted(30 * spread(uniform) for _ in range(10_000))
    in_a_second = max(
        sum(start <= end < start + 1 for end in ends) for start in range(40)
    )

    assert 27 <= ends[0] < 27.1
    assert 32.9 < ends[-1] <= 33
    assert in_a_second < 10_000 / 5
