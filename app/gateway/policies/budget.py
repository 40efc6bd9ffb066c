"""How many requests may be repeats. Pure.

Retries help against single failures and make an outage worse. A budget lets
them be a small share of first attempts, however many callers there are
(Finagle, Envoy).
"""

__all__ = ["RetryBudget"]

_CAP = 100.0
_QUIET = 60.0
_FORGOTTEN = 3600.0


class RetryBudget:
    """Earns a part of a retry with each call and pays for each retry.

    What is paid for a retry that still sleeps is gone already, so that
    sleeping retries count too. A minute without demand restores the reserve,
    so that a quiet service can always afford a few.
    """

    __slots__ = (
        "_demanded_at",
        "_earned_at",
        "_ratio",
        "_reserve",
        "_tokens",
    )

    def __init__(self, ratio: float, reserve: int) -> None:
        self._ratio = ratio
        self._reserve = float(reserve)
        self._tokens = self._reserve
        self._demanded_at = self._earned_at = float("-inf")

    @property
    def remaining(self) -> int:
        """Retries that can be paid for now."""
        return int(self._tokens)

    def earn(self, now: float) -> None:
        """Note a first attempt at the given second."""
        self._earned_at = now
        most = max(_CAP, self._reserve)
        self._tokens = min(most, self._tokens + self._ratio)

    def take(self, now: float) -> bool:
        """Pay for a retry at the given second; False if there is nothing."""
        if now - self._demanded_at >= _QUIET:
            self._tokens = max(self._tokens, self._reserve)
        self._demanded_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def is_idle(self, now: float) -> bool:
        """Tell whether nobody has used it for so long that none will miss it.

        Each retry follows a first attempt, so that only those are looked at.
        """
        return now - self._earned_at >= _FORGOTTEN
