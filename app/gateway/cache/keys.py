"""What an answer is kept under: all that it depends on."""

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
    """

    tenant: str
    principal: str
    mailbox: str | None
    operation: str
    target: str
    representation: str
    binding: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    @classmethod
    def of(cls, call: GraphCall) -> "CacheKey":
        """Return the key for the answer to a call."""
        return cls(
            tenant=call.context.tenant,
            principal=call.context.principal,
            mailbox=call.mailbox,
            operation=call.operation.name,
            target=call.target,
            representation=call.representation,
            binding=call.binding,
            headers=tuple(sorted(call.headers.items())),
            body=call.body,
        )

    def encoded(self) -> bytes:
        """Return bytes that no other key has."""
        return msgspec.msgpack.encode(tuple(self))
