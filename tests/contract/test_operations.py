"""The table of operations."""

import pytest

from app.gateway.operations.attachments import ATTACHMENT_OPERATIONS
from app.gateway.operations.batch import BATCH_OPERATIONS
from app.gateway.operations.calendar import CALENDAR_OPERATIONS
from app.gateway.operations.contacts import CONTACT_OPERATIONS
from app.gateway.operations.directory import DIRECTORY_OPERATIONS
from app.gateway.operations.entry import (
    EVERY_WAY,
    LIVE,
    Idempotency,
    Operation,
    Way,
)
from app.gateway.operations.folders import FOLDER_OPERATIONS
from app.gateway.operations.mail import MAIL_OPERATIONS
from app.gateway.operations.moves import MOVE_OPERATIONS
from app.gateway.operations.people import PEOPLE_OPERATIONS
from app.gateway.operations.replies import REPLY_OPERATIONS
from app.gateway.operations.rooms import ROOM_OPERATIONS
from app.gateway.operations.rules import RULE_OPERATIONS
from app.gateway.operations.scheduling import SCHEDULING_OPERATIONS
from app.gateway.operations.settings import SETTINGS_OPERATIONS
from app.gateway.policies.strategies import (
    Fresh,
    FromGraph,
    Meanwhile,
    StandIn,
    Strategy,
)

EVERY = (
    *DIRECTORY_OPERATIONS,
    *MAIL_OPERATIONS,
    *CALENDAR_OPERATIONS,
    *SETTINGS_OPERATIONS,
    *RULE_OPERATIONS,
    *FOLDER_OPERATIONS,
    *MOVE_OPERATIONS,
    *ATTACHMENT_OPERATIONS,
    *CONTACT_OPERATIONS,
    *REPLY_OPERATIONS,
    *PEOPLE_OPERATIONS,
    *ROOM_OPERATIONS,
    *SCHEDULING_OPERATIONS,
    *BATCH_OPERATIONS,
)


def test_names_are_unique() -> None:
    """Telemetry can tell operations apart."""
    names = [operation.name for operation in EVERY]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("operation", EVERY, ids=lambda o: o.name)
def test_entries_make_sense(operation: Operation) -> None:
    """Only reads are kept, and what changes anything is never blind."""
    if operation.is_cached:
        assert operation.is_read
        assert operation.translate is not None
        assert operation.stale >= operation.fresh
        assert operation.stale >= operation.revalidate
    if operation.method == "GET":
        assert operation.idempotency is Idempotency.SAFE
    if operation.method == "DELETE" or "send" in operation.path:
        assert operation.idempotency is Idempotency.VERIFY
    if operation.streamed:
        assert operation.long
        assert not operation.is_cached
    assert operation.cost >= 1
    assert operation.path.startswith("/")


@pytest.mark.parametrize("operation", EVERY, ids=lambda o: o.name)
def test_ways_make_sense(operation: Operation) -> None:
    """They stand in the order in which they are tried, with their times."""
    ways = operation.fallback

    assert Way.GRAPH in ways
    assert list(ways) == [way for way in EVERY_WAY if way in ways]
    if ways != LIVE:
        assert operation.is_cached
        assert (Way.FRESH in ways) == (operation.fresh > 0)
        assert (Way.REVALIDATE in ways) == (operation.revalidate > 0)
        assert (Way.STALE in ways) == (operation.stale > 0)
    if Way.REVALIDATE in ways:
        # What must not be old when Graph fails must not be old before.
        assert Way.STALE in ways


def test_priorities_are_the_order_of_the_table() -> None:
    """Sorted by priority, the strategies stand as the table lists them."""
    strategies: tuple[type[Strategy], ...] = (
        StandIn,
        FromGraph,
        Meanwhile,
        Fresh,
    )
    ordered = sorted(strategies, key=lambda s: s.priority, reverse=True)

    assert tuple(strategy.way for strategy in ordered) == EVERY_WAY
