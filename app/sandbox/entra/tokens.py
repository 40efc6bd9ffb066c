"""Access tokens for Graph: opaque, verifiable by the sandbox alone."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.sandbox.wire import GraphError

__all__ = ["Grant", "Tokens"]

# Fixed, so that tokens outlive a restart of the sandbox, as real ones do.
KEY = b"the sandbox signs with a key that is no secret"
PREFIX = "EwB"
SIGNATURE = 16
CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com'
    '/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)
EMPTY = "Access token is empty."
UNREADABLE = "CompactToken parsing failed with error code: 80049217"
EXPIRED = "Lifetime validation failed, the token is expired."
REVOKED = "CompactToken validation failed with reason code: 80049228."


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Who a token speaks for: an app, or a user (an object id) by an app."""

    tenant: str
    app: str
    expires: float
    serial: int
    user: str | None = None


@dataclass(slots=True, kw_only=True)
class Tokens:
    """Issues and verifies access tokens.

    ``expires_in`` and ``refresh_in`` (none by default) are the seconds
    that the token endpoint promises.
    """

    expires_in: int = 3599
    refresh_in: int | None = None
    serial: int = 0
    revoked: int = 0

    def issue(
        self, tenant: str, app: str, now: datetime, user: str | None = None
    ) -> str:
        """Return a new access token."""
        self.serial += 1
        grant = Grant(
            tenant=tenant,
            app=app,
            expires=now.timestamp() + self.expires_in,
            serial=self.serial,
            user=user,
        )
        payload = msgspec.json.encode(grant)
        sealed = base64.urlsafe_b64encode(_sign(payload) + payload)
        return PREFIX + sealed.decode()

    def revoke(self) -> None:
        """Make every token issued so far worthless."""
        self.revoked = self.serial

    def verify(self, authorization: str | None, now: datetime) -> Grant:
        """Return what an Authorization header grants.

        Raises:
            GraphError: 401, in the words Graph has for each flaw.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _refused(EMPTY)
        grant = _open(token.strip())
        if grant is None:
            raise _refused(UNREADABLE)
        if grant.expires <= now.timestamp():
            raise _refused(EXPIRED)
        if grant.serial <= self.revoked:
            raise _refused(REVOKED)
        return grant


def _sign(payload: bytes) -> bytes:
    return hmac.digest(KEY, payload, hashlib.sha256)[:SIGNATURE]


def _open(token: str) -> Grant | None:
    if not token.startswith(PREFIX):
        return None
    try:
        sealed = base64.urlsafe_b64decode(token.removeprefix(PREFIX))
    except (binascii.Error, ValueError):
        return None
    signature, payload = sealed[:SIGNATURE], sealed[SIGNATURE:]
    if not hmac.compare_digest(signature, _sign(payload)):
        return None
    return msgspec.json.decode(payload, type=Grant)


def _refused(message: str) -> GraphError:
    return GraphError(
        401,
        "InvalidAuthenticationToken",
        message,
        headers={"WWW-Authenticate": CHALLENGE},
    )
