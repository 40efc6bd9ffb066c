"""Callers that show an API key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from hmac import compare_digest

from app.callers.caller import Caller, Quota
from app.callers.identity import Credentials, Identity
from app.clock import Clock
from app.problems.callers import CallerUnauthenticated
from app.problems.reasons import Reason
from app.settings.callers import ApiKeySettings

__all__ = ["ApiKeys"]

_CHALLENGE = 'ApiKey realm="exchange-api"'


@dataclass(frozen=True, slots=True)
class _Key:
    digest: bytes
    expires: date | None
    identity: Identity


class ApiKeys:
    """Knows callers by the SHA-256 of their keys (header ``X-API-Key``).

    A digest without salt is enough: keys are random, not chosen by people.
    """

    def __init__(
        self,
        keys: Sequence[ApiKeySettings],
        tenants: Sequence[str],
        *,
        quota: Quota,
        clock: Clock,
    ) -> None:
        self._keys = [_key(key, tenants, quota) for key in keys]
        self._clock = clock

    async def authenticate(self, credentials: Credentials) -> Identity:
        """Return whose key it is.

        All are compared whichever fits, so that time tells nothing.

        Raises:
            CallerUnauthenticated: There is none, or none that is good.
        """
        if not credentials.api_key:
            raise _refused("Send an API key in X-API-Key.", Reason.MISSING)
        if len(credentials.api_key) > 1:
            raise _refused("X-API-Key is given twice.", Reason.MALFORMED)
        shown = sha256(credentials.api_key[0].encode("latin-1")).digest()
        found = [
            key for key in self._keys if compare_digest(key.digest, shown)
        ]
        if not found:
            raise _refused("The API key is not known.", Reason.UNKNOWN_KEY)
        for key in found:
            if key.expires is None or self._clock.wall().date() < key.expires:
                return key.identity
        raise _refused("The API key has expired.", Reason.EXPIRED)


def _refused(detail: str, reason: Reason) -> CallerUnauthenticated:
    return CallerUnauthenticated(detail, challenge=_CHALLENGE, reason=reason)


def _key(key: ApiKeySettings, tenants: Sequence[str], quota: Quota) -> _Key:
    allowed = key.tenants or tuple(tenants[:1])
    identity = Identity(
        caller=Caller(key.name, quota),
        roles=frozenset(key.roles),
        tenants=frozenset(allowed),
        tenant=allowed[0] if len(allowed) == 1 else None,
        mailboxes=frozenset(key.mailboxes),
    )
    return _Key(bytes.fromhex(key.sha256), key.expires, identity)
