"""Authorization codes: given to a browser, redeemed once."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.sandbox.entra.clients import Client
from app.sandbox.entra.errors import EntraError
from app.sandbox.state.directory import User

__all__ = ["CodeBook", "Sitting"]

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Who signed in, for which client, and what proves it is the same."""

    client: Client
    user: User
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str


class CodeBook:
    """The codes that were given out."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Sitting, datetime]] = {}
        self._redeemed: set[str] = set()

    def issue(self, sitting: Sitting, now: datetime) -> str:
        """Return a code for what was agreed."""
        code = f"1.{secrets.token_urlsafe(48)}"
        self._open[code] = (sitting, now + LIFETIME)
        return code

    def redeem(
        self, code: str, client: Client, redirect_uri: str, now: datetime
    ) -> Sitting:
        """Return what a code stands for; whatever comes of it, it is used.

        Raises:
            EntraError: when it is not good for this client and address.
        """
        if code in self._redeemed:
            raise EntraError(54005)
        sitting, until = self._open.pop(code, (None, now))
        if sitting is None:
            raise EntraError(70000)
        self._redeemed.add(code)
        if until <= now:
            raise EntraError(70008)
        if sitting.client != client:
            raise EntraError(70000)
        if sitting.redirect_uri != redirect_uri:
            raise EntraError(500112, redirect_uri)
        return sitting


def matches(sitting: Sitting, verifier: str) -> bool:
    """Say whether a verifier is the one of the challenge (S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return secrets.compare_digest(wanted, sitting.challenge)
