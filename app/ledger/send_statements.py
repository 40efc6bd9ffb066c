"""What is said to the database about one send; made once, said often.

Their parameters: ``of`` is the id of the send, ``under`` the number of the
claim that is held, ``now`` the Unix time.
"""

from sqlalchemy import bindparam, delete, insert, select, update

from app.ledger.leases import free_at
from app.ledger.schema import sends
from app.ledger.send_turns import NOW

__all__ = ["ADD", "CHANGE", "CLAIM", "FIND", "FORGET"]

_IS_IT = sends.c.id == bindparam("of")
# Nobody has claimed it since.
_IS_MINE = _IS_IT & (sends.c.claim == bindparam("under"))

FIND = select(sends).where(_IS_IT)
ADD = insert(sends).returning(sends)
CHANGE = update(sends).where(_IS_MINE).returning(sends)
CLAIM = CHANGE.where(free_at(sends, NOW))
FORGET = delete(sends).where(_IS_MINE)
