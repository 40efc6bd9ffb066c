"""What is written to the log."""

from app.telemetry.signals.callers import CALLER_EVENTS
from app.telemetry.signals.kinds import LogEvent
from app.telemetry.signals.ledger import LEDGER_EVENTS

__all__ = [
    "ACCESS",
    "BREAKER_CLOSED",
    "BREAKER_HALF_OPENED",
    "BREAKER_ISOLATED",
    "BREAKER_OPENED",
    "CALL_EXHAUSTED",
    "CALL_FAILED",
    "CALL_RECOVERED",
    "EVENTS",
    "GATE_CLOSED",
    "INTERNAL_ERROR",
    "LIBRARY",
    "OPS_ACTION",
    "REFRESH_FAILED",
    "SEND_UNKNOWN",
    "SERVED_STALE",
    "SERVICE_STARTED",
    "SERVICE_STOPPED",
    "SHED",
    "TELEMETRY_LOST",
    "TOKEN_REFRESHED",
    "TOKEN_REJECTED",
]

_CALL = ("tenant", "workload", "operation")
_FAILURE = (
    *(*_CALL, "outcome", "attempts", "duration_ms", "tried", "mailbox_hash"),
    *("upstream_status", "upstream_code", "upstream_request_id"),
    "budget_exhausted",
)

SERVICE_STARTED = LogEvent(
    "service.started",
    "info",
    ("version", "url", "graph", "auth_mode", "tenants", "telemetry"),
    "The process is ready to serve.",
    "Nothing.",
)
SERVICE_STOPPED = LogEvent(
    "service.stopped",
    "info",
    (),
    "The process has ended in order.",
    "Nothing, unless nobody asked it to.",
)
ACCESS = LogEvent(
    "http.access",
    "info",
    (
        *("method", "route", "status", "code", "duration_ms", "freshness"),
        *("tenant", "caller", "reason", "attempts"),
    ),
    "A request was answered; route is the template, never the path. code is "
    "cancelled if the caller left first, and status then 499 if it was told "
    "nothing yet.",
    "Follow request_id or trace_id to what happened below.",
)
INTERNAL_ERROR = LogEvent(
    "http.failed",
    "error",
    ("method", "route", "error", "where"),
    "A request met an error that nobody thought of; where is the innermost "
    "line of ours.",
    "A fault of this service: report it with where.",
)
SHED = LogEvent(
    "shed",
    "warning",
    ("in_flight", "shed"),
    "Requests were refused because too many are being served: shed of them "
    "since this was told last, at most once a second. In a flood most of "
    "them have neither a line http.access nor a span.",
    "Add processes, or find the caller that asks too much.",
)
CALL_FAILED = LogEvent(
    "graph.call.failed",
    "warning",
    _FAILURE,
    "A call to Graph failed, and repeating it was not safe or not useful.",
    "See /problems/{outcome}; give Microsoft upstream_request_id.",
)
CALL_EXHAUSTED = LogEvent(
    "graph.call.exhausted",
    "error",
    _FAILURE,
    "A call to Graph failed although it was repeated.",
    "See /problems/{outcome}; give Microsoft upstream_request_id.",
)
CALL_RECOVERED = LogEvent(
    "graph.call.recovered",
    "info",
    (*_CALL, "attempts", "duration_ms"),
    "A call succeeded after attempts requests.",
    "Nothing.",
)
SERVED_STALE = LogEvent(
    "cache.served_stale",
    "warning",
    (*_CALL, "outcome", "age_s"),
    "A read was answered from the cache because Graph failed with outcome.",
    "Callers are told by Exchange-Freshness; see to Graph.",
)
REFRESH_FAILED = LogEvent(
    "cache.refresh_failed",
    "warning",
    (*_CALL, "outcome", "attempts"),
    "A cached answer could not be renewed in the background, for the reason "
    "outcome; callers go on getting it until it is too old.",
    "See /problems/{outcome}. The next try comes by itself, after a pause.",
)
GATE_CLOSED = LogEvent(
    "gate.closed",
    "warning",
    ("tenant", "workload", "retry_after_s", "mailbox_hash"),
    "Graph asked to be left alone; nobody asks for this mailbox until then.",
    "Nothing, unless it repeats for one mailbox_hash.",
)
BREAKER_OPENED = LogEvent(
    "breaker.opened",
    "error",
    ("tenant", "workload", "open_for_s", "observes_only"),
    "Graph failed so often that it is left alone for open_for_s seconds, "
    "unless the breaker observes only.",
    "See to Graph's health; the breaker closes by itself.",
)
BREAKER_HALF_OPENED = LogEvent(
    "breaker.half_opened",
    "info",
    ("tenant", "workload"),
    "One call is let through to see whether Graph is back.",
    "Nothing.",
)
BREAKER_ISOLATED = LogEvent(
    "breaker.isolated",
    "warning",
    ("tenant", "workload"),
    "An operator has cut this part of Graph off; nothing is sent there.",
    "Release it when the reason is gone; it does not close by itself.",
)
BREAKER_CLOSED = LogEvent(
    "breaker.closed",
    "info",
    ("tenant", "workload"),
    "Graph answers again, or an operator has closed the breaker.",
    "Nothing.",
)
TOKEN_REFRESHED = LogEvent(
    "token.refreshed",
    "info",
    ("tenant", "expires_in_s", "duration_ms"),
    "Entra ID gave a new access token.",
    "Nothing.",
)
TOKEN_REJECTED = LogEvent(
    "token.rejected",
    "error",
    ("tenant", "outcome", "upstream_code", "flaw", "remembered_for_s"),
    "Entra ID gave no token, or there is nothing to show it.",
    "See /problems/{outcome}; upstream_code is the AADSTS number, flaw is "
    "what is wrong with the file of the credential, if that is at fault.",
)
SEND_UNKNOWN = LogEvent(
    "send.unknown",
    "error",
    ("tenant", "mailbox_hash", "send_id", "outcome"),
    "It could not be found out whether a message was sent.",
    "Look into Sent Items and Drafts of the mailbox before sending again.",
)
OPS_ACTION = LogEvent(
    "ops.action",
    "warning",
    (
        *("action", "caller", "tenant", "workload", "mailbox_hash"),
        *("send_id", "count"),
    ),
    "An operator changed the state of the service by hand; count is how many "
    "things that touched.",
    "Nothing, if it was meant; GET /ops shows what is left to undo.",
)
TELEMETRY_LOST = LogEvent(
    "telemetry.lost",
    "warning",
    ("logger", "message", "error", "where", "count"),
    "Signals could not be exported; told at most once a minute, count is how "
    "often that happened since. What does not fit into the queue is lost, the "
    "oldest first.",
    "See to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names. Requests "
    "are served as ever.",
)
LIBRARY = LogEvent(
    "library",
    "warning",
    ("logger", "message", "error", "where"),
    "Something that a library wrote; error is the class of its exception.",
    "Depends on logger and message.",
)

EVENTS = (
    SERVICE_STARTED,
    SERVICE_STOPPED,
    ACCESS,
    INTERNAL_ERROR,
    SHED,
    CALL_FAILED,
    CALL_EXHAUSTED,
    CALL_RECOVERED,
    SERVED_STALE,
    REFRESH_FAILED,
    GATE_CLOSED,
    BREAKER_OPENED,
    BREAKER_HALF_OPENED,
    BREAKER_ISOLATED,
    BREAKER_CLOSED,
    TOKEN_REFRESHED,
    TOKEN_REJECTED,
    *CALLER_EVENTS,
    SEND_UNKNOWN,
    *LEDGER_EVENTS,
    OPS_ACTION,
    TELEMETRY_LOST,
    LIBRARY,
)
