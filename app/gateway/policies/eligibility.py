"""Whether and how a failed request may be repeated blindly. Pure."""

from http import HTTPStatus

from app.gateway.operations.entry import Idempotency
from app.problems.errors import ExchangeError, Outcome
from app.problems.graph_failures import GraphUnreachable

__all__ = ["may_repeat", "wants_fresh_connection", "was_never_sent"]

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


def was_never_sent(error: ExchangeError) -> bool:
    """Tell whether Graph cannot have heard of the request at all."""
    return (
        isinstance(error, GraphUnreachable)
        and error.outcome is Outcome.NOT_PERFORMED
    )


def wants_fresh_connection(error: ExchangeError) -> bool:
    """Tell whether a repeat should not go to the same machine again.

    Graph asks for that after a 503: the connection leads to the one that is
    busy. https://learn.microsoft.com/graph/best-practices-concept
    """
    upstream = error.upstream
    return (
        upstream is not None
        and upstream.status == HTTPStatus.SERVICE_UNAVAILABLE
    )
