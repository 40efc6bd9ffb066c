"""Whether a failed request may be repeated blindly. Pure."""

from app.gateway.operations.entry import Idempotency
from app.problems.errors import ExchangeError, Outcome

__all__ = ["may_repeat"]

_HARMLESS = {Idempotency.SAFE, Idempotency.IDEMPOTENT, Idempotency.KEYED}


def may_repeat(idempotency: Idempotency, error: ExchangeError) -> bool:
    """Tell whether repeating the request is useful and does no harm.

    A request that was certainly not carried out may always be repeated. One
    that may have been, only if twice is the same as once; the rest is for
    those who can find out.
    """
    if not error.transient:
        return False
    if error.outcome is Outcome.NOT_PERFORMED:
        return True
    return idempotency in _HARMLESS
