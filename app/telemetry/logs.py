"""Structured logs: JSON lines, or colours where a human looks on."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Protocol, TextIO

import msgspec
import structlog
from opentelemetry._logs import Logger, SeverityNumber
from structlog.contextvars import (
    bound_contextvars,
    get_contextvars,
    merge_contextvars,
)

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


class _Bound(Protocol):
    def __call__(self, event: str, **members: object) -> object: ...


class EventLog:
    """Writes declared events, and nothing that was not declared.

    Members that an event's declaration does not name are left out, so that
    nothing confidential gets into the log by accident. The id of the request
    and of the trace are added to all of them.
    """

    def __init__(
        self, stream: TextIO | None = None, *, exported: Logger | None = None
    ) -> None:
        stream = stream or sys.stdout
        self._exported = exported
        logger = structlog.wrap_logger(
            structlog.WriteLogger(stream),
            processors=[
                merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                *_rendering(pretty=stream.isatty()),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        ).bind()
        self._write: dict[str, _Bound] = {
            level: getattr(logger, level)
            for level in ("info", "warning", "error")
        }

    def write(self, event: LogEvent, **members: object) -> None:
        """Write one line."""
        declared = {
            name: members[name]
            for name in event.members
            if members.get(name) is not None
        }
        write = self._write[event.level]
        write(event.name, **declared, **trace_ids())
        if self._exported is not None:
            self._export(self._exported, event, declared)

    def _export(
        self, logger: Logger, event: LogEvent, members: dict[str, Any]
    ) -> None:
        """Give the event to the collector too; the SDK adds the trace."""
        logger.emit(
            event_name=event.name,
            severity_text=event.level,
            severity_number=_SEVERITIES[event.level],
            body=event.name,
            attributes=get_contextvars() | members,
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
            self._log.write(LIBRARY, **members)
            return
        self._lost += 1
        if record.created < self._quiet_until:
            return
        # Before it is written: the log may be what cannot be exported.
        members["count"], self._lost = self._lost, 0
        self._quiet_until = record.created + _QUIET
        self._log.write(TELEMETRY_LOST, **members)


def bound_request(request_id: str) -> Any:
    """Return a context manager that puts the id on every line inside it."""
    return bound_contextvars(request_id=request_id)


def _rendering(*, pretty: bool) -> list[Any]:
    if pretty:
        return [structlog.dev.ConsoleRenderer()]
    return [_ordered, structlog.processors.JSONRenderer(serializer=_json)]


def _ordered(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Put first what a reader looks for first."""
    first = ("timestamp", "level", "event", "request_id")
    return {key: event[key] for key in first if key in event} | dict(event)


def _json(event: object, **_options: object) -> str:
    return msgspec.json.encode(event).decode()
