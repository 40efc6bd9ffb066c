"""Problems of parts of an answer, the rest of which is well."""

from math import ceil

from app.models.overview import PartProblem
from app.problems.errors import ExchangeError

__all__ = ["part_problem"]


def part_problem(error: ExchangeError) -> PartProblem:
    """Tell of an error as a problem document does."""
    wait = error.retry_after
    return {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": int(error.status),
        "detail": error.detail,
        "code": error.code,
        "category": error.category,
        "retryable": error.retryable,
        "retry_after": None if wait is None else ceil(wait),
        "action": error.action,
    }
