"""What the sandbox was asked, for tests to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

__all__ = ["Call", "CallLog", "Ticket", "kept_headers"]

# A sandbox that runs for days under load keeps only the latest calls.
KEPT = 50_000
KEPT_HEADERS = (
    "client-request-id",
    "consistencylevel",
    "content-type",
    "if-match",
    "prefer",
    "retry-attempt",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-client-sku",
    "x-ms-throttle-priority",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request and what became of it.

    ``status`` is None until an answer is sent, and for ever when none is;
    ``answered`` is when that was, in seconds like ``at``, and ``retry_after``
    what it said of coming back.
    ``user`` is for whom the app acts, unless for itself.
    ``form`` holds what a token request asked for, without its secrets.
    """

    at: float
    method: str
    route: str
    path: str
    query: str
    mailbox: str | None = None
    tenant: str | None = None
    app: str | None = None
    user: str | None = None
    status: int | None = None
    answered: float | None = None
    retry_after: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    authorized: bool = False
    batched: bool = False
    size: int = 0
    fault: str | None = None


class Ticket:
    """The record of a call that is not over."""

    def __init__(self, log: "CallLog", serial: int, call: Call) -> None:
        self.call = call
        self._log = log
        self._serial = serial

    def note(self, **changes: Any) -> None:
        """Note what became of the call."""
        self.call = replace(self.call, **changes)
        self._log.put(self._serial, self.call)


class CallLog:
    """The latest calls, oldest first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._calls: dict[int, Call] = {}
        self._serial = 0
        self._forgotten = 0

    def open(self, call: Call) -> Ticket:
        """Note a call as it arrives."""
        self._serial += 1
        self._calls[self._serial] = call
        if len(self._calls) > self._kept:
            del self._calls[next(iter(self._calls))]
        return Ticket(self, self._serial, call)

    def put(self, serial: int, call: Call) -> None:
        """Replace a record, unless it was forgotten."""
        if serial in self._calls:
            self._calls[serial] = call

    def all(self) -> list[Call]:
        """Return the calls in the order of their arrival."""
        return list(self._calls.values())

    def clear(self) -> None:
        """Forget all."""
        self._calls.clear()
        self._forgotten = self._serial

    @property
    def seen(self) -> int:
        """How many calls there were since the last `clear`."""
        return self._serial - self._forgotten


def kept_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers that tests ask about; never a secret."""
    found = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    return MappingProxyType(found)
