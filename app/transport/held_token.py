"""What is known about one token. Pure: all times are given in."""

from app.problems.errors import ExchangeError
from app.transport.entra import Grant

__all__ = ["HeldToken"]

_FINAL_MEMORY = 60.0
_TRANSIENT_MEMORY = 5.0
_REFRESH_AT = 0.8
_RENEWAL_PAUSE = 10.0
_NEVER = float("-inf")


class HeldToken:
    """A token, if there is one, and the last failure to get one.

    ``generation`` grows whenever all of it is forgotten: what was asked for
    before is no news afterwards.
    """

    def __init__(self) -> None:
        self.generation = 0
        self.grant: Grant | None = None
        self.claims: str | None = None
        self._granted_at = _NEVER
        self._failure: ExchangeError | None = None
        self._failed_until = _NEVER

    def token(self, now: float) -> str | None:
        """Return the token if it is still valid."""
        if self.grant and self.age(now) < self.grant.expires_in:
            return self.grant.token
        return None

    def age(self, now: float) -> float:
        """Return how long ago the token was granted."""
        return now - self._granted_at

    def expires_in(self, now: float) -> float:
        """Return for how many seconds the token is valid; 0 if it is not."""
        if self.grant is None:
            return 0.0
        return max(0.0, self.grant.expires_in - self.age(now))

    def is_due(self, now: float) -> bool:
        """Tell whether the token is to be renewed before it expires."""
        if self.grant is None:
            return True
        early = self.grant.refresh_in or self.grant.expires_in * _REFRESH_AT
        return self.age(now) >= early

    def is_new(self, now: float, claims: str | None) -> bool:
        """Tell whether another one with these claims would be no better."""
        return self.age(now) < _RENEWAL_PAUSE and claims in {
            None,
            self.claims,
        }

    def failure(self, now: float) -> ExchangeError | None:
        """Return a failure that is too recent to ask again."""
        if self._failure is None or now >= self._failed_until:
            return None
        again = self._failure.again()
        if again.retryable:
            again.retry_after = self._failed_until - now
        return again

    @property
    def unmended(self) -> str | None:
        """The code of the last failure, if no token was given since."""
        return self._failure.code if self._failure else None

    def take(self, grant: Grant, claims: str | None, now: float) -> None:
        """Hold a new token from now on."""
        self.grant, self.claims, self._granted_at = grant, claims, now
        self._failure = None

    def fail(self, error: ExchangeError, now: float) -> float:
        """Remember a failure; return for how long.

        Whoever is told a passing one is told to stay away for as long.
        """
        memory = _FINAL_MEMORY
        if error.retryable:
            memory = max(_TRANSIENT_MEMORY, error.retry_after or 0.0)
            error.retry_after = memory
        self._failure = error
        self._failed_until = now + memory
        return memory

    def forget(self) -> None:
        """Know nothing any more."""
        self.generation += 1
        self.grant = self._failure = None
        # No token is brand new then, so that the next one is asked for.
        self._granted_at = _NEVER
