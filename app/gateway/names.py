"""The one name by which each mailbox is known, whatever callers call it."""

from collections.abc import Iterable

import msgspec
from cachetools import LRUCache

from app.models.answers import Answer

__all__ = ["MailboxNames"]

_MOST_NAMES = 100_000


class _Named(msgspec.Struct):
    id: str
    address: str | None = None
    aliases: list[str] = []


class _Listed(msgspec.Struct):
    items: list[_Named]


class MailboxNames:
    """Learns from answers about mailboxes which names mean the same one.

    Limits, gates and what is kept belong to a mailbox, not to a spelling of
    its name. Its primary address stands for it: what most callers use, so
    that little changes at the moment it is learnt, and what two processes
    agree on that have learnt different things. Until then a name stands for
    itself.
    """

    def __init__(self) -> None:
        self._primary: LRUCache[tuple[str, str], str] = LRUCache(_MOST_NAMES)

    def primary(self, tenant: str, name: str) -> str:
        """Return the name to go by, in lower case."""
        lowered = name.lower()
        return self._primary.get((tenant, lowered), lowered)

    def is_known(self, tenant: str, name: str) -> bool:
        """Tell whether the mailbox of a name has been seen."""
        return (tenant, name.lower()) in self._primary

    def learn_page(self, tenant: str, answer: Answer) -> None:
        """Take note of a page of mailboxes (`MailboxPage`)."""
        page = msgspec.json.decode(answer.body, type=_Listed)
        self._learn(tenant, page.items)

    def learn(self, tenant: str, answer: Answer) -> str | None:
        """Take note of a mailbox (`Mailbox`); return its primary address."""
        found = msgspec.json.decode(answer.body, type=_Named)
        self._learn(tenant, [found])
        return found.address and found.address.lower()

    def _learn(self, tenant: str, mailboxes: Iterable[_Named]) -> None:
        for mailbox in mailboxes:
            if not mailbox.address:
                continue
            primary = mailbox.address.lower()
            for name in (mailbox.id, primary, *mailbox.aliases):
                self._primary[tenant, name.lower()] = primary
