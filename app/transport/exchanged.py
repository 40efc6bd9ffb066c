"""What users' own tokens were exchanged for."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cachetools import LRUCache

from app.problems.errors import ExchangeError
from app.transport.entra import Grant
from app.transport.held_token import HeldToken

__all__ = ["Exchanged", "Exchanges", "Whose"]

_MOST_USERS = 10_000
# Of what one user signs in with: browsers, machines, applications.
_MOST_OF_USER = 8


class Whose(NamedTuple):
    """For whom Graph is asked: the object id of a user of a tenant."""

    tenant: str
    user: str


@dataclass(slots=True)
class Exchanged:
    """What one assertion is good for, and the requests that are under way."""

    held: HeldToken = field(default_factory=HeldToken)
    flights: dict[str | None, asyncio.Task[Grant]] = field(
        default_factory=dict
    )

    def is_over(self, now: float) -> bool:
        """Tell whether nothing is known that is still of use."""
        is_known = self.held.token(now) or self.held.failure(now)
        return not (is_known or self.flights)


class Exchanges:
    """Knows a bounded number of users, and of assertions of each.

    An assertion is known by its digest. Those that were not asked for the
    longest make room.
    """

    def __init__(self) -> None:
        self._users: LRUCache[Whose, LRUCache[str, Exchanged]] = LRUCache(
            _MOST_USERS
        )

    def of(self, whose: Whose, digest: str, now: float) -> Exchanged:
        """Return what is known for an assertion: nothing at first.

        A new sign-in clears away what is left of those that have ended.
        """
        of_user = self._users.get(whose)
        if of_user is None:
            of_user = self._users[whose] = LRUCache(_MOST_OF_USER)
        found = of_user.get(digest)
        if found is None:
            ended = [each for each in of_user if of_user[each].is_over(now)]
            for each in ended:
                del of_user[each]
            found = of_user[digest] = Exchanged()
        return found

    def refusal(
        self, whose: Whose, digest: str, now: float
    ) -> ExchangeError | None:
        """Return why it is too early to try yet another sign-in of a user.

        Who brings one after the other, all of them refused a moment ago,
        would have Entra ID asked each time.
        """
        of_user = self._users.get(whose)
        if of_user is None or digest in of_user:
            return None
        failures = [one.held.failure(now) for one in of_user.values()]
        if len(failures) < _MOST_OF_USER or not all(failures):
            return None
        return failures[-1]

    def left(self, whose: Whose, now: float) -> str | None:
        """Return the token of a user that is valid for the longest."""
        held = max(
            self._held(whose),
            key=lambda one: one.expires_in(now),
            default=None,
        )
        return held.token(now) if held else None

    def users(self) -> Iterator[Whose]:
        """Yield of whom anything is known."""
        yield from self._users

    def drop(self, whose: Whose, token: str) -> None:
        """Forget a token that is worth nothing."""
        for held in self._held(whose):
            if held.grant is not None and held.grant.token == token:
                held.forget()

    def forget(self, tenant: str) -> None:
        """Forget the users of a tenant."""
        for whose in [one for one in self._users if one.tenant == tenant]:
            del self._users[whose]

    def _held(self, whose: Whose) -> Iterator[HeldToken]:
        if of_user := self._users.get(whose):
            yield from (one.held for one in of_user.values())
