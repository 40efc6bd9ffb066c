"""How much the outbox takes on."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.ledger.schema import sends
from app.ledger.send_records import WAITING
from app.ledger.send_rows import NewSend
from app.ledger.send_turns import is_under_way
from app.problems.failures import ServiceOverloaded
from app.problems.resources import Conflict

__all__ = ["expect_room"]

_COME_BACK = 10.0


async def expect_room(
    connection: AsyncConnection, new: NewSend, most: int, now: float
) -> None:
    """Check that one more send can be taken on.

    What is due and what waits for its time are counted apart: neither shall
    keep the other out.

    Raises:
        Conflict: Its draft is being sent already.
        ServiceOverloaded: As many are waiting as may.
    """
    is_due = (new.send_at or now) <= now
    same = sends.c.due_at <= now if is_due else sends.c.due_at > now
    waiting = await connection.scalar(
        select(func.count())
        .select_from(sends)
        .where(sends.c.stage.in_(WAITING), same)
    )
    if (waiting or 0) >= most:
        raise ServiceOverloaded(
            "Too many messages are waiting to be sent.",
            retry_after=_COME_BACK,
        )
    if new.message_id and await connection.scalar(
        select(is_under_way(new.tenant, new.message_id))
    ):
        raise Conflict("The draft is being sent already.")
