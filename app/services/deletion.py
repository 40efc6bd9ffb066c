"""Delete things once, though a second deletion would go further."""

from collections.abc import Awaitable, Callable

from app.problems.errors import ExchangeError, Outcome
from app.problems.resources import ItemNotFound

__all__ = ["delete_once"]


async def delete_once(
    remove: Callable[[], Awaitable[None]],
    is_gone: Callable[[], Awaitable[bool]],
) -> None:
    """Delete something; if Graph leaves that open, look before repeating it.

    Args:
        remove: Asks Graph once.
        is_gone: Looks; raises `ItemNotFound` if there is nothing any more.

    Raises:
        ExchangeError: It was not removed (``outcome`` not_performed), or it
            could not be found out (unknown).
    """
    try:
        await remove()
    except ExchangeError as doubt:
        if doubt.outcome is not Outcome.UNKNOWN:
            raise
        try:
            if await is_gone():
                return
        except ExchangeError as nothing:
            if isinstance(nothing, ItemNotFound) and nothing.is_proof:
                return
            raise doubt from None
        try:
            await remove()
        except ItemNotFound:
            return
        except ExchangeError as error:
            raise error.with_outcome(Outcome.UNKNOWN) from error
