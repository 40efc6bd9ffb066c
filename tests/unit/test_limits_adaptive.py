"""How many requests at once Graph takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.policies.adaptive import (
    AdaptiveLimit,
    Bounds,
    Breadth,
    Told,
    told_by,
)
from app.problems.errors import ExchangeError, Upstream
from app.problems.failures import DeadlineExceeded
from app.problems.graph_codes import graph_error
from app.problems.graph_failures import (
    GraphCircuitOpen,
    GraphThrottled,
    GraphTimeout,
    GraphTimeoutCutShort,
    GraphUnreachable,
    IdentityUnavailable,
)

MAILBOX = Bounds(floor=1, ceiling=4, pause=10.0)
TENANT = Bounds(floor=20, ceiling=200, pause=1.0)
UNANSWERED = Upstream(client_request_id="1")


def answered(
    status: int, code: str = "", *, retry_after: float | None = None
) -> ExchangeError:
    upstream = Upstream(status=status, code=code)
    return graph_error(status, upstream, retry_after=retry_after)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (answered(429), Told.TOO_MUCH),
        (answered(429, "ApplicationThrottled"), Told.TOO_MUCH),
        (answered(509), Told.TOO_MUCH),
        (answered(503, retry_after=5), Told.TOO_MUCH),
        (answered(504), Told.TOO_MUCH),
        (GraphTimeout(upstream=UNANSWERED), Told.TOO_MUCH),
        (answered(400), Told.SERVED),
        (answered(401), Told.SERVED),
        (answered(404), Told.SERVED),
        (answered(412), Told.SERVED),
        (answered(500), Told.NOTHING),
        (answered(503), Told.NOTHING),
        (answered(503, "ErrorMailboxMoveInProgress"), Told.NOTHING),
        (GraphTimeoutCutShort(upstream=UNANSWERED), Told.NOTHING),
        (GraphUnreachable(upstream=UNANSWERED), Told.NOTHING),
        (GraphThrottled(retry_after=5), Told.NOTHING),
        (GraphCircuitOpen(), Told.NOTHING),
        (IdentityUnavailable(), Told.NOTHING),
        (DeadlineExceeded(), Told.NOTHING),
    ],
    ids=lambda value: value.code if isinstance(value, ExchangeError) else "",
)
def test_t107_what_the_end_of_a_call_tells(
    error: ExchangeError, told: Told
) -> None:
    """Graph's own refusals and timeouts are too much; ours tell nothing."""
    assert told_by(error) is told


def test_t107_each_fall_is_by_three_tenths() -> None:
    """Down to the floor, and no further."""
    limit = AdaptiveLimit(TENANT)
    falls = []
    for _ in range(9):
        limit.refused(limit.epoch)
        falls.append(limit.value)

    assert falls == [140, 98, 69, 48, 34, 24, 20, 20, 20]


def test_t107_what_was_in_flight_together_counts_once() -> None:
    """Only a call that began after a fall can cause the next one."""
    limit = AdaptiveLimit(TENANT)
    fell = [limit.refused(0) for _ in range(200)]

    assert fell == [True] + [False] * 199
    assert limit.value == 140
    assert limit.refused(1)


def test_t107_an_old_success_does_not_raise() -> None:
    """A call from before the fall tells nothing of the limit after it."""
    limit = AdaptiveLimit(Bounds(floor=1, ceiling=4, pause=0.0))
    limit.refused(0)
    limit.served(0, 4, 100.0)
    old = limit.value
    limit.served(1, 1, 200.0)
    idle = limit.value
    limit.served(1, 2, 300.0)

    assert old == idle == 3
    assert limit.value == 4
    assert not limit.is_lowered


def test_t107_it_rises_after_it_has_held() -> None:
    """By one in ten seconds, counted from the first success."""
    limit = AdaptiveLimit(MAILBOX)
    limit.refused(0)
    limit.refused(1)
    values = []
    for second in range(100, 125):
        limit.served(2, 4, float(second))
        values.append(limit.value)

    assert values == [2] * 10 + [3] * 10 + [4] * 5


def test_t107_a_refusal_at_the_floor_counts_too() -> None:
    """The ten seconds begin anew, though it can fall no lower."""
    limit = AdaptiveLimit(MAILBOX)
    for epoch in range(3):
        limit.refused(epoch)
    limit.served(3, 1, 100.0)
    limit.refused(3)
    limit.served(4, 1, 109.0)
    limit.served(4, 1, 118.0)
    held = limit.value
    limit.served(4, 1, 119.0)

    assert held == 1
    assert limit.value == 2


@given(
    bounds=st.builds(
        lambda floor, more, pause: Bounds(
            floor=floor, ceiling=floor + more, pause=pause
        ),
        st.integers(min_value=1, max_value=30),
        st.integers(min_value=0, max_value=300),
        st.floats(min_value=0, max_value=20),
    ),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["served", "refused"]),
            st.integers(min_value=0, max_value=3),
            st.integers(min_value=1, max_value=400),
            st.floats(min_value=0, max_value=15),
        ),
        max_size=200,
    ),
)
def test_t107_it_stays_within_its_bounds(
    bounds: Bounds, steps: list[tuple[str, int, int, float]]
) -> None:
    """Whatever happens; it rises by one at most, and only if it is used."""
    limit = AdaptiveLimit(bounds)
    now = rose_at = 0.0
    for step, age, in_flight, pause in steps:
        now += pause
        before, epoch = limit.value, limit.epoch - age
        if step == "refused":
            fell = limit.refused(epoch)

            assert fell == (limit.value < before)
            assert not (fell and age)
            assert limit.value >= min(before, int(before * 0.7))
        else:
            limit.served(epoch, in_flight, now)
            rose = limit.value > before

            assert limit.value - before in {0, 1}
            assert not rose or (in_flight * 2 >= before and not age)
            assert not rose or now - rose_at >= bounds.pause
            rose_at = now if rose else rose_at
        assert bounds.floor <= limit.value <= bounds.ceiling


def test_t107_one_mailbox_is_not_the_tenant() -> None:
    """However often it is refused; nor are two."""
    breadth = Breadth()
    told = [
        breadth.note(f"m{number % 2}", number * 0.01, refused=True)
        for number in range(1000)
    ]

    assert not any(told)


def test_t107_a_few_of_many_are_not_the_tenant() -> None:
    """Ten throttled mailboxes among thirty that are served."""
    breadth = Breadth()
    for number in range(30):
        breadth.note(f"served{number}", 0.0, refused=False)
    told = [
        breadth.note(f"refused{number}", 1.0, refused=True)
        for number in range(10)
    ]

    assert not any(told)


def test_t107_half_of_the_mailboxes_are_the_tenant() -> None:
    """And what happened more than ten seconds ago no longer counts."""
    breadth = Breadth()
    for number in range(3):
        breadth.note(f"served{number}", 0.0, refused=False)
    one, two, three = (
        breadth.note(f"refused{number}", 1.0, refused=True)
        for number in range(3)
    )
    late = breadth.note("refused3", 11.5, refused=True)
    breadth.clear()
    cleared = breadth.note("refused4", 11.5, refused=True)

    assert (one, two, three) == (False, False, True)
    assert not late
    assert not cleared


def test_t094_breadth_knows_a_thousand_mailboxes_at_most() -> None:
    """The latest; a busy tenant may have any number."""
    breadth = Breadth()
    for number in range(3000):
        breadth.note(f"m{number}", 0.0, refused=number < 2000)

    assert len(breadth._heard) == 1000
    assert breadth._refused == 0
