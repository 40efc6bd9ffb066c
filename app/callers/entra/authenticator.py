"""Tell who bears an access token of Entra ID."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from cachetools import LRUCache
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from app.callers.entra.claims import Applications, identity_of
from app.callers.entra.issuers import Issuer
from app.callers.entra.key_source import Fetch, KeySource
from app.callers.entra.refusing import refused
from app.callers.entra.tokens import (
    Lifetime,
    Token,
    bearer,
    read_token,
    verify,
)
from app.callers.identity import Credentials, Identity
from app.clock import Clock
from app.models.context import Assertion
from app.problems.reasons import Reason
from app.telemetry.recorder import Telemetry

__all__ = ["EntraCallers"]

_MOST_REMEMBERED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verified:
    identity: Identity
    lifetime: Lifetime
    source: KeySource
    key_id: str
    key: RSAPublicKey


class EntraCallers:
    """Knows callers by the tokens that Entra ID gave them.

    A token that was verified is remembered, by its SHA-256, for as long as
    it holds and its key is there.
    """

    def __init__(
        self,
        issuers: Mapping[str, Issuer],
        applications: Applications,
        fetch: Fetch,
        *,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._issuers = issuers
        self._applications = applications
        self._clock = clock
        self._sources = {
            issuer.authority: KeySource(
                issuer.authority, fetch, clock=clock, telemetry=telemetry
            )
            for issuer in issuers.values()
        }
        self._verified: LRUCache[str, _Verified] = LRUCache(_MOST_REMEMBERED)

    def start(self) -> None:
        """Fetch the keys in the background, before anybody needs them."""
        for source in self._sources.values():
            source.refresh()

    async def aclose(self) -> None:
        """End what is under way."""
        await asyncio.gather(
            *(source.aclose() for source in self._sources.values())
        )

    async def authenticate(self, credentials: Credentials) -> Identity:
        """Return who bears the token; see `Authenticate`."""
        text = bearer(credentials.authorization)
        digest = sha256(text.encode()).hexdigest()
        verified = self._verified.get(digest)
        if verified is None or not _has_key(verified):
            verified = await self._verify(read_token(text), digest)
            self._verified[digest] = verified
        else:
            self._check(verified.lifetime)
        return verified.identity

    async def _verify(self, token: Token, digest: str) -> _Verified:
        name = token.claims.get("iss")
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise refused("The issuer is not known here.", Reason.ISSUER)
        source = self._sources[issuer.authority]
        key = await source.key(token.key_id)
        if key is None:
            raise refused("The key is not known.", Reason.UNKNOWN_KEY)
        verify(token, key)
        lifetime = Lifetime.of(token.claims)
        self._check(lifetime)
        assertion = Assertion(
            token=token.text, digest=digest, expires_at=lifetime.ends
        )
        identity = identity_of(
            token.claims, issuer, self._applications, assertion
        )
        return _Verified(
            identity=identity,
            lifetime=lifetime,
            source=source,
            key_id=token.key_id,
            key=key,
        )

    def _check(self, lifetime: Lifetime) -> None:
        lifetime.check(self._clock.wall().timestamp())


def _has_key(verified: _Verified) -> bool:
    """Tell whether the issuer still has the key of a token."""
    return verified.source.find(verified.key_id) == verified.key
