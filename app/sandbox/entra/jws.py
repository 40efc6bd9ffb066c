"""Signed texts that others show to Entra ID."""

from collections.abc import Sequence
from typing import Any, TypeVar

import jwt
import msgspec

__all__ = ["peek", "peek_header", "verified"]

T = TypeVar("T")


def verified(
    token: str, key: Any, kind: type[T], algorithms: Sequence[str]
) -> T:
    """Return the claims of a token whose signature is good.

    Raises:
        jwt.PyJWTError: when it is not.
        msgspec.MsgspecError: when the claims are not of that kind.
    """
    payload = jwt.PyJWS().decode(token, key, algorithms)
    return msgspec.json.decode(payload, type=kind)


def peek(token: str) -> dict[str, Any]:
    """Return what a token claims, true or not; nothing, if unreadable."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, options={"verify_signature": False}
        )
    except jwt.PyJWTError:
        return {}
    return claims


def peek_header(token: str) -> dict[str, Any]:
    """Return a token's header; nothing, if unreadable."""
    try:
        return jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        return {}
