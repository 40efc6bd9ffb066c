"""What must hold of permits at any time."""

from collections.abc import Iterable

from app.gateway.policies.bulkhead import Bulkhead
from app.gateway.policies.lane import Lane

__all__ = ["assert_all_wait_for_a_reason"]


def assert_all_wait_for_a_reason(
    bulkhead: Bulkhead, lanes: Iterable[Lane], now: float
) -> None:
    """Who is first waits for its mailbox, its window or the tenant.

    And where it is the window, somebody knows when it opens.
    """
    short = []
    for lane in lanes:
        ticket = lane.waiting.first()
        if ticket is None or not lane.is_free_for(ticket):
            continue
        wait = lane.window.opens_in(ticket.cost, now)
        opens_at = bulkhead.opens_at()
        if wait == 0:
            short.append(min(lane.needs(ticket), bulkhead.limit.value))
        else:
            assert opens_at is not None
            assert opens_at <= now + wait
    room = bulkhead.limit.value - bulkhead.in_use

    assert not short or max(short) > room
