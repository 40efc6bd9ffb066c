"""How far ahead messages may be handed in."""

from app.gateway.rights import Rights
from app.models.context import CallContext
from app.problems.errors import FieldError
from app.problems.refusals import InvalidRequest
from app.problems.resources import NotSupported

__all__ = ["expect_rights", "expect_soon"]

_YEAR = 366 * 86_400.0
# What is due at the end of a token's life would come too late to be sent.
_TO_SEND = 60.0


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


async def expect_rights(
    rights: Rights, context: CallContext, send_at: float | None, now: float
) -> None:
    """Check that there is, and will be, a token to send a message with.

    A user's send is carried on with what the user has signed in with, which
    ends; this service's own rights do not.

    Raises:
        NotSupported: The user's token ends before the message is to leave.
        ExchangeError: There is no token.
    """
    lasting = await rights.lasting(context)
    if lasting is None or send_at is None:
        return
    if send_at > now + lasting - _TO_SEND:
        raise NotSupported(
            "For a user nothing can be sent later than the user's token ends."
        )
