"""What an error says about answers kept before. Pure."""

from enum import Enum
from http import HTTPStatus

from app.problems.errors import ExchangeError

__all__ = ["Forget", "to_forget"]

_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


class Forget(Enum):
    """How much is to be forgotten."""

    NOTHING = "nothing"
    ENTRY = "entry"
    MAILBOX = "mailbox"


def to_forget(error: ExchangeError) -> Forget:
    """Tell what must not be given again after an error.

    What is gone must not come back during the next outage. Whoever was
    refused once may have lost all rights to the mailbox: of that, nothing
    remains that was fetched with them. A user whom Entra ID takes for nobody
    any more has lost them, too.
    """
    answered = error.upstream.status if error.upstream else None
    is_nobody = error.status == HTTPStatus.UNAUTHORIZED
    if is_nobody or HTTPStatus.FORBIDDEN in {error.status, answered}:
        return Forget.MAILBOX
    return Forget.ENTRY if error.status in _GONE else Forget.NOTHING
