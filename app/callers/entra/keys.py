"""The keys of an authority, and when to ask for them. Pure."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from app.callers.entra.issuers import Authority
from app.problems.errors import ExchangeError
from app.problems.graph_failures import IdentityUnavailable

__all__ = ["KeyRing", "Keys", "read_keys"]

Keys = Mapping[str, RSAPublicKey]

_FRESH_FOR = 3600.0
_PAUSE = 30.0
_PAUSE_WITHOUT_KEYS = 5.0
_SHORTEST_KEY = 2048


class KeyRing:
    """The keys of an authority, and what became of asking for them.

    They are kept until others come, however old: an authority that is down
    locks nobody out. It is asked at most twice in a minute, whatever callers
    send.

    Attributes:
        failure: Why there are no newer ones; None if there was no reason.
    """

    def __init__(self) -> None:
        self._keys: Keys = {}
        self._asked_at = float("-inf")
        self._taken_at = float("-inf")
        self.failure: ExchangeError | None = None

    @property
    def has_keys(self) -> bool:
        """Tell whether there are any."""
        return bool(self._keys)

    def find(self, key_id: str) -> RSAPublicKey | None:
        """Return a key by its name (``kid``)."""
        return self._keys.get(key_id)

    def is_old(self, now: float) -> bool:
        """Tell whether the keys are to be fetched anew, while they serve."""
        return now - self._taken_at >= _FRESH_FOR

    def wait(self, now: float) -> float:
        """Return the seconds until the authority may be asked again."""
        pause = _PAUSE if self._keys else _PAUSE_WITHOUT_KEYS
        return max(0.0, self._asked_at + pause - now)

    def ask(self, now: float) -> None:
        """Note that the authority is asked."""
        self._asked_at = now

    def take(self, keys: Keys, now: float) -> None:
        """Have these keys from now on, and no others."""
        self._keys, self._taken_at, self.failure = keys, now, None


def read_keys(document: Mapping[str, Any], authority: Authority) -> Keys:
    """Return the keys of a JSON Web Key Set (RFC 7517) that are good here.

    Raises:
        IdentityUnavailable: There are none.
    """
    listed = document.get("keys")
    found = {
        key["kid"]: public
        for key in (listed if isinstance(listed, list) else ())
        if isinstance(key, dict) and isinstance(key.get("kid"), str)
        if authority.owns(key)
        if (public := _public(key)) is not None
    }
    if not found:
        raise IdentityUnavailable("The issuer names no key that fits.")
    return found


def _public(key: Mapping[str, Any]) -> RSAPublicKey | None:
    if key.get("use", "sig") != "sig":
        return None
    try:
        # Only what is public; RSAAlgorithm refuses all that is not RSA.
        made = RSAAlgorithm.from_jwk(
            {name: key[name] for name in ("kty", "n", "e")}
        )
    except (PyJWTError, KeyError, TypeError, ValueError):
        return None
    if isinstance(made, RSAPublicKey) and made.key_size >= _SHORTEST_KEY:
        return made
    return None
