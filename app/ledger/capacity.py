"""How much the outbox takes on."""

from sqlalchemy import Connection, func, select

from app.ledger.schema import sends
from app.ledger.send_records import WAITING
from app.ledger.send_rows import NewSend
from app.ledger.send_turns import IS_UNDER_WAY, NOW, is_in
from app.problems.failures import ServiceOverloaded
from app.problems.resources import Conflict

__all__ = ["expect_room"]

_COME_BACK = 10.0

_WAITING = select(func.count()).where(is_in(sends, WAITING))
_DUE = _WAITING.where(sends.c.due_at <= NOW)
_LATER = _WAITING.where(sends.c.due_at > NOW)


def expect_room(
    connection: Connection, new: NewSend, most: int, now: float
) -> None:
    """Check that one more send can be taken on.

    What is due and what waits for its time are counted apart: neither shall
    keep the other out.

    Raises:
        Conflict: Its draft is being sent already.
        ServiceOverloaded: As many are waiting as may.
    """
    is_due = (new.send_at or now) <= now
    waiting = connection.scalar(_DUE if is_due else _LATER, {"now": now})
    if (waiting or 0) >= most:
        raise ServiceOverloaded(
            "Too many messages are waiting to be sent.",
            retry_after=_COME_BACK,
        )
    draft = {"at": new.tenant, "draft": new.message_id}
    if new.message_id and connection.scalar(IS_UNDER_WAY, draft):
        raise Conflict("The draft is being sent already.")
