"""Who is in the tenants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Directory", "User"]


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A directory entry; ``mailbox`` is false for one without Exchange.

    ``may_send_as`` are the other addresses this user may send from. Who is
    not ``listed``, as a room, is found by name and in no list.
    """

    id: str
    tenant: str
    address: str
    properties: Mapping[str, Any]
    aliases: tuple[str, ...] = ()
    mailbox: bool = True
    listed: bool = True
    may_send_as: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


class Directory:
    """Finds users by every name they have."""

    def __init__(self, users: Iterable[User]) -> None:
        self._users = tuple(users)
        self._by_name = {
            name.lower(): user
            for user in self._users
            for name in (user.id, user.address, *user.aliases)
        }

    def find(self, name: str, tenant: str | None = None) -> User | None:
        """Return a user by object id or address, in one tenant or any."""
        user = self._by_name.get(name.lower())
        if user is None or tenant not in (None, user.tenant):
            return None
        return user

    def members(self, tenant: str | None = None) -> list[User]:
        """Return the listed users of one tenant, or of all."""
        listed = [user for user in self._users if user.listed]
        return [u for u in listed if tenant in (None, u.tenant)]

    def canonical(self) -> dict[str, str]:
        """Return the address that belongs to each name."""
        return {name: user.address for name, user in self._by_name.items()}
