"""What may be turned while the sandbox runs."""

from dataclasses import dataclass

__all__ = ["Settings"]


@dataclass(slots=True, kw_only=True)
class Settings:
    """How slow the emulated Microsoft is.

    ``latency`` is the seconds that each request to Graph takes (in a batch:
    each step). For ``transit`` seconds after it was accepted, a sent message
    is nowhere to be seen, or, with ``transit_as_draft``, still the draft
    that it was.
    """

    latency: float = 0.0
    transit: float = 0.0
    transit_as_draft: bool = False
