"""All that a sandbox remembers."""

from dataclasses import replace

from app.sandbox.calls import CallLog
from app.sandbox.clock import Clock
from app.sandbox.entra.entra_id import EntraId
from app.sandbox.faults import FaultBook
from app.sandbox.limits import Limits, Throttle
from app.sandbox.settings import Settings
from app.sandbox.world import World

__all__ = ["Memory"]


class Memory:
    """The state that answers depend on, in one place to reset."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self.clock = clock
        self.settings = settings
        self.faults = FaultBook()
        self.log = CallLog()
        self.throttle = Throttle(Limits())
        self.world = World(clock, settings)
        self.entra = EntraId(clock, self.world.directory)
        self.tokens = self.entra.tokens
        self._initial = replace(settings)

    def address(self, user_id: str | None) -> str | None:
        """Return how the user with an object id is called in records."""
        user = self.world.directory.find(user_id) if user_id else None
        return user.address if user else None

    def reset(self) -> None:
        """Return to the start, except that tokens remain good."""
        for name in Settings.__slots__:
            setattr(self.settings, name, getattr(self._initial, name))
        for name in Limits.__slots__:
            setattr(self.throttle.limits, name, getattr(Limits(), name))
        self.entra.reset()
        self.faults.clear()
        self.log.clear()
        self.throttle.clear()
        self.world = World(self.clock, self.settings)
