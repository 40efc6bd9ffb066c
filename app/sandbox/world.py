"""The emulated tenants: their directory, their mailboxes, their post."""

from app.sandbox.clock import Clock
from app.sandbox.seeds.build import seed_mailboxes
from app.sandbox.seeds.people import USERS
from app.sandbox.seeds.rooms import PLACES, ROOMS
from app.sandbox.seeds.week import seed_calendars
from app.sandbox.settings import Settings
from app.sandbox.state.calendar import CalendarStore
from app.sandbox.state.directory import Directory, User
from app.sandbox.state.mailbox import Mailbox
from app.sandbox.state.post import PostOffice
from app.sandbox.state.upload_sessions import UploadSessions
from app.sandbox.tenants import TENANTS

__all__ = ["World"]


class World:
    """All state that Graph would keep. Mailboxes are copied when used."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self.clock = clock
        self.directory = Directory((*USERS, *ROOMS))
        self.uploads = UploadSessions()
        self.places = PLACES
        self.post = PostOffice(
            settings,
            clock,
            self._local_mailbox,
            {tenant.domain for tenant in TENANTS},
        )
        self._seeds = seed_mailboxes(clock.start)
        self._mailboxes: dict[str, Mailbox] = {}
        self._seeded_calendars = seed_calendars(clock.start)
        self._calendars: dict[str, CalendarStore] = {}
        domains = {tenant.domain: tenant.id for tenant in TENANTS}
        # How each mailbox and tenant is called in the records of calls.
        self.names = {**self.directory.canonical(), **domains}

    def mailbox(self, user: User) -> Mailbox:
        """Return a user's mailbox, with all due mail in it."""
        if user.id not in self._mailboxes:
            self._mailboxes[user.id] = self._seeds[user.id].copy()
        return self._mailboxes[user.id]

    def calendars(self, user: User) -> CalendarStore:
        """Return a user's calendars."""
        if user.id not in self._calendars:
            seeded = self._seeded_calendars[user.id]
            self._calendars[user.id] = seeded.copy()
        return self._calendars[user.id]

    def _local_mailbox(self, address: str) -> Mailbox | None:
        user = self.directory.find(address)
        if user is None or not user.mailbox:
            return None
        return self.mailbox(user)
