"""The points at which the service kills itself, each by its name.

They lie around every request to Graph on the way of a message, behind every
commit that takes it a stage further, and where a client has just been told.
"""

import os
import re
import signal
from collections.abc import Mapping
from typing import Any

__all__ = ["POINTS", "Trap", "event_name", "request_name"]

_MESSAGE = r"/users/[^/]+/messages/[^/]+"
# What a request to Graph is for; the first that matches counts.
_REQUESTS = {
    "create draft": ("POST", r"/users/[^/]+/messages"),
    "create reply": ("POST", rf"{_MESSAGE}/create(Reply|ReplyAll|Forward)"),
    "write reply": ("PATCH", _MESSAGE),
    "send": ("POST", rf"{_MESSAGE}/send"),
    "look at": ("GET", _MESSAGE),
    "look up": ("GET", r"/users/[^/]+/messages"),
    "purge draft": ("POST", rf"{_MESSAGE}/permanentDelete"),
}
# Before it leaves, while it is on its way, when its answer is here.
_MOMENTS = ("before", "during", "after")
_STAGES = (
    "drafted",
    "sending",
    "verifying",
    "sent",
    "failed",
    "cancelled",
)


_TOLD = (200, 201, 202)
POINTS = (
    *(f"{moment} {name}" for name in _REQUESTS for moment in _MOMENTS),
    *(f"stage {stage}" for stage in _STAGES),
    *(f"told {status}" for status in _TOLD),
)


def event_name(event: Mapping[str, Any]) -> str | None:
    """Return the point that a line of the log marks, if it does.

    A stage is told right after its commit, so that the database knows it and
    nothing else does yet; an answer once it is given.
    """
    match event:
        case {"event": "send.advanced", "stage": stage}:
            return f"stage {stage}"
        case {"event": "http.access", "method": "POST", "status": status}:
            return f"told {status}"
        case _:
            return None


def request_name(method: str, path: str) -> str | None:
    """Return what a request to Graph is for, if it is about sending."""
    for name, (wanted, pattern) in _REQUESTS.items():
        if method == wanted and re.fullmatch(rf"/v1\.0{pattern}", path):
            return name
    return None


class Trap:
    """Kills this process the nth time that it comes to a point."""

    def __init__(self, point: str | None, nth: int = 1) -> None:
        self._point = point
        self._left = nth

    def reached(self, point: str) -> bool:
        """Count a visit; tell whether it is the one to die at."""
        if point != self._point:
            return False
        self._left -= 1
        return self._left == 0

    def spring(self, point: str) -> None:
        """Die here, if this is the point and the time."""
        if self.reached(point):
            self.die()

    def die(self) -> None:
        """Die at once: nothing is flushed, closed or told."""
        os.kill(os.getpid(), signal.SIGKILL)
