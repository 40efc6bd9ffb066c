"""Whose turn it is: what is asked of the table of sends."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
)

from app.ledger.leases import free_at
from app.ledger.schema import sends
from app.ledger.send_records import UNFINISHED, WAITING, Stage

__all__ = [
    "due",
    "is_due",
    "is_under_way",
    "next_due",
    "of_users",
    "waits_in",
]

# What has failed so often, or waits for so long, holds nothing up any more.
_MOST_FAILURES = 120
_LONGEST_HOLD = 43_200.0
# Seconds in which who has the user's token has taken up what is due.
_LEFT_TO = 60.0


def waits_in(lane: bytes, now: float) -> Exists:
    """Return the condition that something in a lane has to go first."""
    return exists().where(_holds_up(sends, now), sends.c.lane == lane)


def is_due(table: FromClause, now: float) -> ColumnElement[bool]:
    """Return the condition that the time of a send has come.

    What is to be sent now is due, whatever the date was when that was said.
    """
    return func.coalesce(table.c.send_at, 0.0) <= now


def is_under_way(tenant: str, message: str) -> Exists:
    """Return the condition that a draft is being sent."""
    return exists().where(
        sends.c.tenant == tenant,
        sends.c.message_id == message,
        sends.c.stage.in_(UNFINISHED),
    )


def due(now: float, here: Collection[bytes]) -> Select[Any]:
    """Return the question what is to be carried on, by whoever can.

    What waits must be the first in its lane; what Exchange has taken already
    is only looked for. What is a user's is for who has a token of that user,
    and at once if it waits for one; others only look after what nobody does.

    Args:
        now: The Unix time.
        here: The names of the lanes of users who have left a token here.
    """
    is_here = sends.c.named.in_(here)
    # In this order: in SQLite `away` stands behind what is to be sent.
    waits_no_more = and_(is_here, sends.c.away.is_(true()))
    is_for_us = or_(
        sends.c.retry_at <= now - _LEFT_TO, is_here, sends.c.away.is_(None)
    )
    earlier = sends.alias("earlier")
    is_first = ~exists().where(
        earlier.c.lane == sends.c.lane,
        _holds_up(earlier, now),
        tuple_(earlier.c.due_at, earlier.c.seq)
        < tuple_(sends.c.due_at, sends.c.seq),
    )
    return (
        select(sends)
        .where(
            sends.c.stage.in_(UNFINISHED),
            is_due(sends, now),
            or_(sends.c.failures == 0, sends.c.retry_at <= now, waits_no_more),
            is_for_us,
            free_at(sends, now),
            or_(sends.c.stage == Stage.VERIFYING, is_first),
        )
        .order_by(sends.c.retry_at, sends.c.seq)
    )


def of_users() -> Select[Any]:
    """Return the question of which users anything is to be carried on."""
    return (
        select(sends.c.named)
        .where(sends.c.stage.in_(UNFINISHED), sends.c.away.is_not(None))
        .group_by(sends.c.named)
        .order_by(func.min(sends.c.retry_at))
    )


def next_due(now: float) -> Select[tuple[float | None]]:
    """Return the question when more may be to be carried on, after now.

    What somebody works on is free when the claim ends, if not before.
    """
    free = case(
        (sends.c.lease_until > sends.c.retry_at, sends.c.lease_until),
        else_=sends.c.retry_at,
    )
    return select(func.min(free)).where(
        sends.c.stage.in_(UNFINISHED), free > now
    )


def _holds_up(table: FromClause, now: float) -> ColumnElement[bool]:
    """Return the condition that a send keeps those behind it waiting.

    Not for ever: what fails for a reason of its own would stop the mailbox.
    """
    return and_(
        table.c.stage.in_(WAITING),
        is_due(table, now),
        table.c.due_at > now - _LONGEST_HOLD,
        table.c.failures < _MOST_FAILURES,
    )
