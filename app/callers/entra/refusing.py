"""How bearers of tokens are refused (RFC 6750 §3)."""

from app.problems.callers import CallerUnauthenticated
from app.problems.reasons import Reason

__all__ = ["refused"]

_CHALLENGE = 'Bearer realm="exchange-api"'


def refused(detail: str, reason: Reason) -> CallerUnauthenticated:
    """Return the refusal; who sent no token is told of no error in it."""
    challenge = _CHALLENGE
    if reason is not Reason.MISSING:
        challenge += f', error="invalid_token", error_description="{detail}"'
    return CallerUnauthenticated(detail, challenge=challenge, reason=reason)
