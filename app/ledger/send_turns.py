"""Whose turn it is: what is asked of the table of sends.

The questions are made once, with parameters: to make one takes longer than
to answer it.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from app.ledger.leases import Moment, free_at
from app.ledger.schema import sends
from app.ledger.send_records import UNFINISHED, WAITING, Stage

__all__ = [
    "IS_UNDER_WAY",
    "NOW",
    "WAITS",
    "due",
    "is_due",
    "is_in",
    "next_due",
    "of_users",
]

NOW = bindparam("now", type_=Double)
"""The Unix time, a parameter of what is asked."""

# What has failed so often, or waits for so long, holds nothing up any more.
_MOST_FAILURES = 120
_LONGEST_HOLD = 43_200.0
# Seconds in which who has the user's token has taken up what is due.
_LEFT_TO = 60.0


def is_in(table: FromClause, stages: Collection[Stage]) -> ColumnElement[bool]:
    """Return the condition that a send is in one of some stages.

    They are written out: SQLite uses an index of some rows only if it can
    see in the statement that the others are not asked for, and would else
    look at all that was ever sent.
    """
    written: list[ColumnElement[str]] = [
        literal_column(f"'{stage}'") for stage in stages
    ]
    return table.c.stage.in_(written)


def is_due(table: FromClause, now: Moment) -> ColumnElement[bool]:
    """Return the condition that the time of a send has come.

    What is to be sent now is due, whatever the date was when that was said.
    """
    return func.coalesce(table.c.send_at, 0.0) <= now


def due() -> Select[Any]:
    """Return the question what is to be carried on, by whoever can.

    What waits must be the first in its lane; what Exchange has taken already
    is only looked for. What is a user's is for who has a token of that user,
    and at once if it waits for one; others only look after what nobody does.

    Its parameters are ``now``, ``here``, the names of the lanes of users who
    have left a token here, and ``most``, how many are wanted.
    """
    is_here = sends.c.named.in_(bindparam("here", expanding=True))
    # In this order: in SQLite `away` stands behind what is to be sent.
    waits_no_more = and_(is_here, sends.c.away.is_(true()))
    is_for_us = or_(
        sends.c.retry_at <= NOW - _LEFT_TO, is_here, sends.c.away.is_(None)
    )
    earlier = sends.alias("earlier")
    is_first = ~exists().where(
        earlier.c.lane == sends.c.lane,
        _holds_up(earlier),
        tuple_(earlier.c.due_at, earlier.c.seq)
        < tuple_(sends.c.due_at, sends.c.seq),
    )
    return (
        select(sends)
        .where(
            is_in(sends, UNFINISHED),
            is_due(sends, NOW),
            or_(sends.c.failures == 0, sends.c.retry_at <= NOW, waits_no_more),
            is_for_us,
            free_at(sends, NOW),
            or_(sends.c.stage == Stage.VERIFYING, is_first),
        )
        .order_by(sends.c.retry_at, sends.c.seq)
        .limit(bindparam("most", type_=Integer))
    )


def of_users() -> Select[Any]:
    """Return the question of which users anything is to be carried on."""
    return (
        select(sends.c.named)
        .where(is_in(sends, UNFINISHED), sends.c.away.is_not(None))
        .group_by(sends.c.named)
        .order_by(func.min(sends.c.retry_at))
    )


def next_due() -> Select[float | None]:
    """Return the question when more may be to be carried on, after ``now``.

    What somebody works on is free when the claim ends, if not before.
    """
    free = case(
        (sends.c.lease_until > sends.c.retry_at, sends.c.lease_until),
        else_=sends.c.retry_at,
    )
    return select(func.min(free)).where(is_in(sends, UNFINISHED), free > NOW)


def _holds_up(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a send keeps those behind it waiting.

    Not for ever: what fails for a reason of its own would stop the mailbox.
    """
    return and_(
        is_in(table, WAITING),
        is_due(table, NOW),
        table.c.due_at > NOW - _LONGEST_HOLD,
        table.c.failures < _MOST_FAILURES,
    )


WAITS = select(
    exists().where(_holds_up(sends), sends.c.lane == bindparam("of"))
)
"""Whether something in the lane ``of`` has to go first, ``now``."""

IS_UNDER_WAY = select(
    exists().where(
        sends.c.tenant == bindparam("at"),
        sends.c.message_id == bindparam("draft"),
        is_in(sends, UNFINISHED),
    )
)
"""Whether the ``draft`` of the tenant ``at`` is being sent."""
