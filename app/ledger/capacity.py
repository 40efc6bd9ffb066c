"""How much the outbox takes on."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.ledger.schema import sends
from app.ledger.send_records import WAITING
from app.ledger.send_rows import NewSend, is_under_way
from app.problems.failures import ServiceOverloaded
from app.problems.resources import Conflict

__all__ = ["expect_room"]

_COME_BACK = 10.0


async def expect_room(
    connection: AsyncConnection, new: NewSend, most: int
) -> None:
    """Check that one more send can be taken on.

    Raises:
        Conflict: Its draft is being sent already.
        ServiceOverloaded: As many are waiting as may.
    """
    waiting = await connection.scalar(
        select(func.count())
        .select_from(sends)
        .where(sends.c.stage.in_(WAITING))
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
