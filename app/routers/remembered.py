"""Remember what was read, unless it is long."""

from collections.abc import Callable, Sized
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

__all__ = ["remembered"]

P = ParamSpec("P")
S = TypeVar("S", bound=Sized | None)
T = TypeVar("T")

_Read = Callable[Concatenate[S, P], T]


def remembered(
    *, most: int, longest: int
) -> Callable[[_Read[S, P, T]], _Read[S, P, T]]:
    """Have a pure function remember what it has read of short texts.

    Callers say the same few words again and again. Long ones are nobody's
    habit, and to remember them would fill the memory as a caller likes.

    Args:
        most: How many texts are remembered.
        longest: How long each of them may be.
    """

    def decorate(read: _Read[S, P, T]) -> _Read[S, P, T]:
        # To typeshed, what it returns takes anything.
        kept: _Read[S, P, T] = lru_cache(most)(read)  # type: ignore[assignment]

        @wraps(read)
        def reading(text: S, /, *others: P.args, **named: P.kwargs) -> T:
            if text is not None and len(text) > longest:
                return read(text, *others, **named)
            return kept(text, *others, **named)

        return reading

    return decorate
