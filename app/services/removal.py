"""Remove things once, though a second removal would go further or fail."""

from collections.abc import Awaitable, Callable

from app.problems.errors import ExchangeError, Outcome
from app.problems.resources import ItemNotFound

__all__ = ["remove"]


async def _nobody_looks() -> bool:
    return False


async def remove(
    act: Callable[[], Awaitable[None]],
    is_gone: Callable[[], Awaitable[bool]] = _nobody_looks,
) -> None:
    """Remove; if that ends without a clear answer, do it once more.

    That there is nothing left to remove then shows that it was done, if Graph
    says so itself.

    Args:
        act: Asks Graph once.
        is_gone: Looks beforehand, for what a second removal would take
            further; raises `ItemNotFound` if there is nothing any more.

    Raises:
        ExchangeError: It was not removed (``outcome`` not_performed), or it
            could not be found out (unknown).
    """
    try:
        await act()
    except ExchangeError as doubt:
        if doubt.outcome is not Outcome.UNKNOWN:
            raise
        await _again(act, is_gone, doubt)


async def _again(
    act: Callable[[], Awaitable[None]],
    is_gone: Callable[[], Awaitable[bool]],
    doubt: ExchangeError,
) -> None:
    try:
        if await is_gone():
            return
    except ExchangeError as error:
        if not _is_proof(error):
            raise doubt from None
        return
    try:
        await act()
    except ExchangeError as error:
        if not _is_proof(error):
            raise error.with_outcome(Outcome.UNKNOWN) from error


def _is_proof(error: ExchangeError) -> bool:
    return isinstance(error, ItemNotFound) and error.is_proof
