"""What an answer is kept under: all that it depends on."""

from hashlib import sha256
from typing import NamedTuple

import msgspec

from app.gateway.calls import GraphCall

__all__ = ["CacheKey"]


class CacheKey(NamedTuple):
    """Names one answer, and whose it is.

    Whose rights were used is a part of it, so that nobody is given what was
    fetched for somebody else (RFC 9111 §3.5), and so are the headers: they
    select the form of what Graph gives (§4.1). So is what its cursors are
    good for. The mailbox, though the target names it too, is there for
    whoever purges it.

    ``question`` is a digest of all that was asked: the words are ten times
    as long as what is kept beside the answer, and nobody reads them again.
    """

    tenant: str
    principal: str
    mailbox: str | None
    question: bytes

    @classmethod
    def of(cls, call: GraphCall) -> "CacheKey":
        """Return the key for the answer to a call."""
        asked = msgspec.msgpack.encode(
            (
                call.operation.name,
                call.target,
                call.representation,
                call.binding,
                sorted(call.headers.items()),
                call.body,
            )
        )
        return cls(
            tenant=call.context.tenant,
            principal=call.context.principal,
            mailbox=call.mailbox,
            question=sha256(asked).digest(),
        )

    def encoded(self) -> bytes:
        """Return bytes that no other key has."""
        return msgspec.msgpack.encode(tuple(self))
