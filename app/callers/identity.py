"""Who a caller is, and what it may do."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.callers.caller import ANYBODY, Caller
from app.callers.mailbox_rules import ALL
from app.models.context import Assertion
from app.settings.roles import Role

__all__ = ["Authenticate", "Credentials", "Identity", "User", "everybody"]


class Credentials(NamedTuple):
    """What a request shows of its caller: each line of these headers."""

    authorization: tuple[str, ...] = ()
    api_key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person for whom an application calls.

    ``object_id`` is the person's in Entra ID, and the id of the mailbox.
    ``names`` are others that the token has for the person, in lower case:
    they lead to that mailbox and are proof of nothing. ``assertion`` is the
    token itself, for which Entra ID gives one for Graph.
    """

    object_id: str
    names: frozenset[str]
    assertion: Assertion


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A caller whose credentials were looked at.

    ``tenants`` are the aliases of those in which it may act, ``tenant`` the
    one that is meant if it names none; None if it has to. ``mailboxes`` are
    rules (`app.callers.mailbox_rules`), which do not count for users.
    ``overseen`` are those in which it may operate, if that is not the same.
    ``has_token`` tells whether another token could give more roles.
    """

    caller: Caller
    roles: frozenset[Role]
    tenants: frozenset[str]
    tenant: str | None
    mailboxes: frozenset[str] = frozenset()
    user: User | None = None
    overseen: frozenset[str] | None = None
    has_token: bool = False

    def insufficient(self, scope: str) -> str | None:
        """Return the challenge for roles that are missing (RFC 6750 §3.1)."""
        if not self.has_token:
            return None
        return (
            'Bearer realm="exchange-api", error="insufficient_scope",'
            f' scope="{scope}"'
        )


Authenticate = Callable[[Credentials], Awaitable[Identity]]
"""Tells who shows these credentials.

Raises:
    CallerUnauthenticated: Nobody that is known.
    CallerForbidden: An application that is not known here.
    IdentityUnavailable: It cannot be told, without Entra ID.
"""


def everybody(tenants: Iterable[str]) -> Authenticate:
    """Take all for one caller who may do everything; for loopback only."""
    served = tuple(tenants)
    anybody = Identity(
        caller=ANYBODY,
        roles=frozenset(Role),
        tenants=frozenset(served),
        tenant=served[0] if served else None,
        mailboxes=frozenset({ALL}),
    )

    async def authenticate(_credentials: Credentials) -> Identity:
        return anybody

    return authenticate
