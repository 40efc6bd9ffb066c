"""All that a sandbox remembers."""

from dataclasses import replace

from app.sandbox.calls import CallLog
from app.sandbox.clock import Clock
from app.sandbox.entra.tokens import Tokens
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
        self.tokens = Tokens()
        self.faults = FaultBook()
        self.log = CallLog()
        self.throttle = Throttle(Limits())
        self.world = World(clock, settings)
        self._initial = replace(settings)

    def reset(self) -> None:
        """Return to the start, except that tokens remain good."""
        for name in Settings.__slots__:
            setattr(self.settings, name, getattr(self._initial, name))
        for name in Limits.__slots__:
            setattr(self.throttle.limits, name, getattr(Limits(), name))
        self.tokens.expires_in = Tokens().expires_in
        self.tokens.refresh_in = None
        self.faults.clear()
        self.log.clear()
        self.throttle.clear()
        self.world = World(self.clock, self.settings)
