"""Who calls, and by which words their data can be told apart."""

from dataclasses import dataclass
from functools import cache

from app.sandbox import Sandbox
from app.sandbox.entra.clients import known_callers
from app.sandbox.seeds.people import ADA, GRACE, LINUS, SUPPORT

__all__ = ["ALL", "CALLERS", "STAMP", "Principal", "box", "everything"]

STAMP = "zqstampzq"
"""Stands in what is in a mailbox, for whoever reads it."""


def box(mailbox: str) -> str:
    """Return the canary that is in everything of a mailbox."""
    return f"zqbox{mailbox.partition('@')[0]}zq"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A caller with the rights that it uses.

    ``user`` is the address of a person for whom an application calls; None
    for the application by itself. ``mailboxes`` are those that it may use.
    """

    tenant: str
    user: str | None = None
    mailboxes: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called here."""
        return self.user or f"daemon of {self.tenant}"

    @property
    def stamp(self) -> str:
        """The canary in all that Graph gives for its rights."""
        whose = self.user.partition("@")[0] if self.user else "app"
        return f"zqfor{self.tenant}{whose}zq"

    @property
    def own(self) -> frozenset[str]:
        """The canaries that it may see."""
        return frozenset({self.stamp, *map(box, self.mailboxes)})

    @property
    def paths(self) -> tuple[str, ...]:
        """The names by which it calls its mailboxes."""
        return (*self.mailboxes, "me") if self.user else self.mailboxes

    def headers(self, sandbox: Sandbox) -> dict[str, str]:
        """Return what it shows of itself, for the next hour."""
        token = sandbox.caller_token(
            f"{self.tenant}.example",
            user=self.user,
            client="frontend" if self.user else "daemon",
        )
        return {"Authorization": f"Bearer {token}"}


_ADA, _GRACE = ADA.address, GRACE.address
_SUPPORT, _LINUS = SUPPORT.address, LINUS.address
ALL = (
    Principal(tenant="contoso", user=_ADA, mailboxes=(_ADA,)),
    Principal(tenant="contoso", user=_GRACE, mailboxes=(_GRACE,)),
    # Two mailboxes, of which a person has one too.
    Principal(tenant="contoso", mailboxes=(_GRACE, _SUPPORT)),
    Principal(tenant="fabrikam", user=_LINUS, mailboxes=(_LINUS,)),
    Principal(tenant="fabrikam", mailboxes=(_LINUS,)),
)
"""Three principals in one tenant, two in another."""

_MAY_USE = {
    "contoso-daemon": [_GRACE, _SUPPORT],
    "fabrikam-daemon": ["@fabrikam.example"],
}
CALLERS = [
    caller | {"mailboxes": _MAY_USE.get(caller["name"], [])}
    for caller in known_callers()
]
"""The applications, as the settings want them."""


@cache
def everything() -> frozenset[str]:
    """Return all canaries."""
    return frozenset().union(*(principal.own for principal in ALL))
