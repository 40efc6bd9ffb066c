"""Structured logs: JSON lines, or colours where a human looks on."""

import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TextIO

import msgspec
from opentelemetry._logs import Logger, SeverityNumber

from app.clock import SystemClock
from app.telemetry.places import innermost_line
from app.telemetry.signals.events import LIBRARY, TELEMETRY_LOST
from app.telemetry.signals.kinds import LogEvent
from app.telemetry.trace_ids import trace_ids

__all__ = ["EventLog", "LibraryHandler", "bound_request"]

_LONGEST_MESSAGE = 500
_QUIET = 60.0
_SEVERITIES = {
    "info": SeverityNumber.INFO,
    "warning": SeverityNumber.WARN,
    "error": SeverityNumber.ERROR,
}
_ENCODER = msgspec.json.Encoder()
_REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)


class EventLog:
    """Writes declared events, and nothing that was not declared.

    Members that an event's declaration does not name are left out, so that
    nothing confidential gets into the log by accident. The id of the request
    and of the trace are added to all of them. Each request writes a line, so
    that this is done without any library but the one that encodes it.
    """

    def __init__(
        self, stream: TextIO | None = None, *, exported: Logger | None = None
    ) -> None:
        self._stream = stream or sys.stdout
        self._exported = exported
        self._wall = SystemClock().wall
        self._render = _coloured() if self._stream.isatty() else _json
        # Threads that export signals have something to say, too.
        self._whole = Lock()

    def write(self, event: LogEvent, members: Mapping[str, object]) -> None:
        """Write one line."""
        line: dict[str, object] = {
            # What a reader looks for first; as structlog would write it.
            "timestamp": self._wall(),
            "level": event.level,
            "event": event.name,
        }
        request_id = _REQUEST_ID.get()
        if request_id is not None:
            line["request_id"] = request_id
        for name in event.members:
            value = members.get(name)
            if value is not None:
                line[name] = value
        if trace := trace_ids():
            line |= trace
        text = f"{self._render(line)}\n"
        with self._whole:
            self._stream.write(text)
            self._stream.flush()
        if self._exported is not None:
            _export(self._exported, event, line)


def _export(logger: Logger, event: LogEvent, line: dict[str, Any]) -> None:
    """Give the event to the collector too; the SDK adds the trace."""
    told = ("request_id", *event.members)
    logger.emit(
        event_name=event.name,
        severity_text=event.level,
        severity_number=_SEVERITIES[event.level],
        body=event.name,
        attributes={name: line[name] for name in told if name in line},
    )


class LibraryHandler(logging.Handler):
    """Brings warnings of libraries into the same log.

    What cannot be exported is told of once a minute at most: a collector
    that is gone fails each time, and for each signal.
    """

    def __init__(self, log: EventLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._lost = 0
        self._quiet_until = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Write the first line of the record's message.

        Further lines and the text of an exception may hold too much.
        """
        error = record.exc_info[1] if record.exc_info else None
        first = record.getMessage().partition("\n")[0]
        members: dict[str, Any] = {
            "logger": record.name,
            "message": first[:_LONGEST_MESSAGE],
            "error": type(error).__name__ if error else None,
            "where": innermost_line(error) if error else None,
        }
        if not record.name.startswith("opentelemetry."):
            self._log.write(LIBRARY, members)
            return
        self._lost += 1
        if record.created < self._quiet_until:
            return
        # Before it is written: the log may be what cannot be exported.
        members["count"], self._lost = self._lost, 0
        self._quiet_until = record.created + _QUIET
        self._log.write(TELEMETRY_LOST, members)


def bound_request(request_id: str) -> AbstractContextManager[None]:
    """Return a context manager that puts the id on every line inside it."""
    return _Bound(request_id)


class _Bound:
    __slots__ = ("_id", "_token")

    def __init__(self, request_id: str) -> None:
        self._id = request_id

    def __enter__(self) -> None:
        self._token = _REQUEST_ID.set(self._id)

    def __exit__(self, *_: object) -> None:
        _REQUEST_ID.reset(self._token)


def _json(line: dict[str, object]) -> str:
    return _ENCODER.encode(line).decode()


def _coloured() -> Callable[[dict[str, object]], str]:
    """Return what shows a line to people; nobody else needs the library."""
    from structlog.dev import ConsoleRenderer  # noqa: PLC0415

    renderer = ConsoleRenderer()
    return lambda line: renderer(None, "", msgspec.to_builtins(line))
