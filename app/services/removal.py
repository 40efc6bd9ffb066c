"""Remove something, whose second removal would find nothing."""

from collections.abc import Awaitable, Callable

from app.problems.errors import ExchangeError, Outcome
from app.problems.resources import ItemNotFound

__all__ = ["remove"]


async def remove(act: Callable[[], Awaitable[None]]) -> None:
    """Remove; if that ends without a clear answer, do it once more.

    That there is nothing left to remove then shows that it was done.

    Raises:
        ExchangeError: It was not done (``outcome`` not_performed), or it
            could not be found out (unknown).
    """
    try:
        await act()
    except ExchangeError as doubt:
        if doubt.outcome is not Outcome.UNKNOWN:
            raise
        try:
            await act()
        except ExchangeError as second:
            if isinstance(second, ItemNotFound) and second.is_proof:
                return
            raise second.with_outcome(Outcome.UNKNOWN) from second
