"""The sandbox as tests and the server hold it."""

from datetime import datetime
from typing import Any

from app.sandbox.asgi import Application
from app.sandbox.calls import Call
from app.sandbox.clock import Clock
from app.sandbox.control_entra import caller_token
from app.sandbox.delivery import find_mailbox, put_message
from app.sandbox.entra.entra_id import EntraId
from app.sandbox.entra.tokens import Tokens
from app.sandbox.faults import FaultBook
from app.sandbox.limits import Limits
from app.sandbox.memory import Memory
from app.sandbox.planning import planned_events, put_event
from app.sandbox.settings import Settings
from app.sandbox.views import MailboxView

__all__ = ["Sandbox"]


class Sandbox:
    """A local Microsoft Graph and Entra ID with two tenants full of mail.

    ``now`` is the wall time at which it starts, ``latency`` the seconds
    that each Graph request takes, ``transit`` the seconds until a sent
    message shows up. ``app`` is the ASGI application; a connection that it
    wants to break, without a server, is the exception `Reset`.
    """

    def __init__(
        self,
        *,
        now: datetime | None = None,
        latency: float = 0.0,
        transit: float = 0.0,
    ) -> None:
        settings = Settings(latency=latency, transit=transit)
        self._memory = Memory(Clock(now), settings)
        self.app = Application(self._memory)

    @property
    def settings(self) -> Settings:
        """Latency and transit, to be changed at any time."""
        return self._memory.settings

    @property
    def limits(self) -> Limits:
        """What each app may do to each mailbox, to be changed."""
        return self._memory.throttle.limits

    @property
    def tokens(self) -> Tokens:
        """How long tokens live (``expires_in``, ``refresh_in``)."""
        return self._memory.tokens

    @property
    def entra(self) -> EntraId:
        """The signing keys and what applications have registered."""
        return self._memory.entra

    @property
    def faults(self) -> FaultBook:
        """The faults in force."""
        return self._memory.faults

    @property
    def calls(self) -> list[Call]:
        """Every call since the start or the last reset, token calls too."""
        return self._memory.log.all()

    @property
    def throttled(self) -> int:
        """How many requests were refused by a limit."""
        return self._memory.throttle.refused

    @property
    def open_uploads(self) -> int:
        """How many upload sessions were neither finished nor ended."""
        return len(self._memory.world.uploads)

    @property
    def now(self) -> datetime:
        """The wall time in here."""
        return self._memory.clock.now()

    def peak(self, mailbox: str) -> int:
        """Return the most requests ever in flight for a mailbox."""
        return self._memory.throttle.peak(self._user_id(mailbox))

    def mailbox(self, mailbox: str) -> MailboxView:
        """Return what is in a mailbox.

        Raises:
            KeyError: when there is none.
        """
        return MailboxView(find_mailbox(self._memory.world, mailbox))

    def deliver(
        self,
        mailbox: str,
        *,
        folder: str = "inbox",
        **properties: Any,
    ) -> str:
        """Put a new message into a mailbox; return its immutable id.

        The properties are Graph's (``from_`` for ``from``).
        """
        item = put_message(self._memory.world, mailbox, folder, properties)
        return item.id

    def events(self, mailbox: str) -> list[dict[str, Any]]:
        """Return all events and series of a mailbox, times in UTC.

        Raises:
            KeyError: when there is none.
        """
        return planned_events(self._memory.world, mailbox)

    def plan(self, mailbox: str, **properties: Any) -> str:
        """Put a new event into a calendar; return its immutable id.

        The properties are Graph's; ``start`` and ``end`` are needed.
        Nobody is invited.
        """
        return put_event(self._memory.world, mailbox, properties).id

    def caller_token(self, tenant: str, **wish: Any) -> str:
        """Return a token with which somebody may call the API.

        What it says is as in the body of ``POST /_sandbox/tokens``: see
        `app.sandbox.control_entra.TokenWish`.

        Raises:
            KeyError: when there is no such tenant or user.
            ValueError: when it is described wrongly.
        """
        return caller_token(self._memory.entra, {"tenant": tenant, **wish})

    def revoke_tokens(self) -> None:
        """Make every token for Graph issued so far worthless."""
        self._memory.tokens.revoke()

    def reset(self) -> None:
        """Return to the start: seeds, settings, no faults, no calls."""
        self._memory.reset()

    def _user_id(self, mailbox: str) -> str:
        user = self._memory.world.directory.find(mailbox)
        if user is None:
            raise KeyError(mailbox)
        return user.id
