"""Hold an authority's keys, whatever it is up to."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from app.callers.entra.issuers import Authority
from app.callers.entra.keys import KeyRing, read_keys
from app.clock import Clock
from app.problems.errors import ExchangeError
from app.problems.graph_failures import IdentityUnavailable
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.callers import KEYS_FETCHED, KEYS_NOT_FETCHED

__all__ = ["Fetch", "KeySource"]

_SOONEST = 1.0
# Who makes keys' names up is to take no places from those who do not.
_MOST_WAITING = 128

Fetch = Callable[[str], Awaitable[Mapping[str, Any]]]
"""Returns the JSON object at a URL, or raises `IdentityUnavailable`."""


class KeySource:
    """Gives out an authority's keys; asks for them once at a time."""

    def __init__(
        self,
        authority: Authority,
        fetch: Fetch,
        *,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._authority = authority
        self._fetch = fetch
        self._clock = clock
        self._telemetry = telemetry
        self._ring = KeyRing()
        self._flight: asyncio.Task[None] | None = None
        self._waiting = 0

    def find(self, key_id: str) -> RSAPublicKey | None:
        """Return a key that is there; old ones are renewed meanwhile."""
        if self._ring.is_old(self._clock.now()):
            self.refresh()
        return self._ring.find(key_id)

    async def key(self, key_id: str) -> RSAPublicKey | None:
        """Return a key; None if the authority has none of this name.

        Raises:
            IdentityUnavailable: The authority does not say.
        """
        found = self.find(key_id)
        if found is not None:
            return found
        self.refresh()
        await self._news()
        found, failure = self._ring.find(key_id), self._ring.failure
        if found is None and failure is not None:
            again = failure.again()
            wait = self._ring.wait(self._clock.now())
            again.retry_after = max(_SOONEST, wait)
            raise again
        return found

    def refresh(self) -> None:
        """Ask the authority in the background, unless it is too soon."""
        now = self._clock.now()
        if self._flight is None and self._ring.wait(now) == 0:
            self._ring.ask(now)
            self._flight = asyncio.create_task(self._renew())
            self._flight.add_done_callback(self._landed)

    async def aclose(self) -> None:
        """End what is under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)

    async def _news(self) -> None:
        """Wait for keys that are under way, if not too many do.

        Raises:
            IdentityUnavailable: They do, and there are keys for all others.
        """
        if self._flight is None:
            return
        if self._waiting >= _MOST_WAITING and self._ring.has_keys:
            raise IdentityUnavailable(
                "Too many wait for new keys.", retry_after=_SOONEST
            )
        self._waiting += 1
        try:
            await asyncio.shield(self._flight)
        finally:
            self._waiting -= 1

    async def _renew(self) -> None:
        label = self._authority.label
        try:
            where = self._authority.keys_url(
                await self._fetch(self._authority.configuration)
            )
            keys = read_keys(await self._fetch(where), self._authority)
        except ExchangeError as e:
            self._ring.failure = e
            self._telemetry.log(
                KEYS_NOT_FETCHED, issuer=label, detail=e.detail
            )
            return
        self._ring.take(keys, self._clock.now())
        self._telemetry.log(KEYS_FETCHED, issuer=label, count=len(keys))

    def _landed(self, _flight: object) -> None:
        self._flight = None
