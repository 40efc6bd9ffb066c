"""All that Entra ID remembers."""

from app.sandbox.clock import Clock
from app.sandbox.entra.codes import CodeBook
from app.sandbox.entra.credentials import Registrations
from app.sandbox.entra.keys import KeyRing
from app.sandbox.entra.tokens import Tokens
from app.sandbox.state.directory import Directory

__all__ = ["EntraId"]


class EntraId:
    """Its directory, its keys, and what it has given out."""

    def __init__(self, clock: Clock, directory: Directory) -> None:
        self.clock = clock
        self.directory = directory
        self.tokens = Tokens()
        self.keys = KeyRing()
        self.codes = CodeBook()
        self.registrations = Registrations()

    def reset(self) -> None:
        """Forget what was registered; tokens and keys remain good."""
        self.tokens.expires_in = Tokens().expires_in
        self.tokens.refresh_in = None
        self.registrations = Registrations()
