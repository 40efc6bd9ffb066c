"""A token, taken apart and checked. Pure: the time is given in.

Sources: RFC 7515 (JWS), RFC 7519 (JWT), RFC 8725 (what to beware of).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWS, PyJWTError
from jwt.utils import base64url_decode

from app.callers.entra.refusing import refused
from app.problems.reasons import Reason

__all__ = ["Lifetime", "Token", "bearer", "read_token", "verify"]

# As long as a token can be that is of use in a header.
_LONGEST = 16_384
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256")
_TYPES = {"jwt", "at+jwt", "application/at+jwt"}
_JWS = PyJWS(algorithms=_ALGORITHMS)
_LEEWAY = 60
# Entra ID's longest live for 28 hours.
_LONGEST_LIFE = 48 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What stands in a token; nothing of it is proven until `verify`."""

    text: str
    key_id: str
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """From when to when a token holds, in seconds of the Unix epoch."""

    begins: int
    ends: int

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> "Lifetime":
        """Read it from the claims; both ends must be there.

        Raises:
            CallerUnauthenticated: They are not, or make no sense.
        """
        begins, ends = claims.get("nbf"), claims.get("exp")
        # bool is an int, and JSON's 1e9 a float.
        if type(begins) is not int or type(ends) is not int:
            raise refused("The token has no lifetime.", Reason.MALFORMED)
        if not 0 < ends - begins <= _LONGEST_LIFE:
            raise refused("The token lives too long.", Reason.MALFORMED)
        issued = claims.get("iat", begins)
        if type(issued) is not int or issued >= ends:
            raise refused("The token has no lifetime.", Reason.MALFORMED)
        return cls(max(begins, issued), ends)

    def check(self, now: float) -> None:
        """Let pass what holds now, give or take a minute.

        Raises:
            CallerUnauthenticated: It does not.
        """
        if now >= self.ends + _LEEWAY:
            raise refused("The token has expired.", Reason.EXPIRED)
        if now < self.begins - _LEEWAY:
            raise refused("The token is not valid yet.", Reason.NOT_YET_VALID)


def bearer(lines: Sequence[str]) -> str:
    """Return the token in the header Authorization (RFC 6750 §2.1).

    Raises:
        CallerUnauthenticated: There is none, or there are two.
    """
    if len(lines) > 1:
        raise refused("Authorization is given twice.", Reason.MALFORMED)
    scheme, _, token = lines[0].partition(" ") if lines else ("", "", "")
    if scheme.lower() != "bearer" or not token:
        raise refused("Send an access token.", Reason.MISSING)
    return token.strip(" ")


def read_token(text: str) -> Token:
    """Take a token apart.

    Raises:
        CallerUnauthenticated: It is none, or of a kind that is not good.
    """
    if len(text) > _LONGEST or not _SHAPE.fullmatch(text):
        raise _malformed()
    head, body, _ = text.split(".")
    header, claims = _object(head), _object(body)
    kind = header.get("typ", "JWT")
    if header.get("alg") not in _ALGORITHMS or "crit" in header:
        raise refused("The token is signed in another way.", Reason.SIGNATURE)
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise refused("The token is no access token.", Reason.KIND)
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise refused("The token names no key.", Reason.UNKNOWN_KEY)
    return Token(text=text, key_id=key_id, claims=claims)


def verify(token: Token, key: RSAPublicKey) -> None:
    """Let pass what was signed with this key.

    Raises:
        CallerUnauthenticated: It was not.
    """
    try:
        _JWS.decode_complete(token.text, key, algorithms=_ALGORITHMS)
    except PyJWTError as e:
        raise refused("The signature is wrong.", Reason.SIGNATURE) from e


def _object(part: str) -> dict[str, Any]:
    """Return a JSON object; of two members of a name none is believed."""
    try:
        found = json.loads(
            base64url_decode(part).decode(),
            object_pairs_hook=_unique,
            parse_constant=_not_json,
        )
    except (ValueError, RecursionError) as e:
        raise _malformed() from e
    if not isinstance(found, dict):
        raise _malformed()
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("two members have the same name")
    return found


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _malformed() -> Exception:
    return refused("The token is malformed.", Reason.MALFORMED)
