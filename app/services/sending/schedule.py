"""How far ahead messages may be handed in."""

from app.problems.errors import FieldError
from app.problems.refusals import InvalidRequest

__all__ = ["expect_soon"]

_YEAR = 366 * 86_400.0


def expect_soon(send_at: float | None, now: float) -> None:
    """Check when a message is to be sent, as a Unix time.

    Raises:
        InvalidRequest: That is more than a year ahead.
    """
    if send_at is not None and send_at > now + _YEAR:
        error = FieldError(
            pointer="#/body/send_at", detail="more than a year ahead"
        )
        raise InvalidRequest.because([error])
