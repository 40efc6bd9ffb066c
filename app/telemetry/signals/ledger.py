"""What the ledger and the outbox tell."""

from app.telemetry.signals.kinds import Kind, LogEvent, Metric

__all__ = [
    "LEDGER_AVAILABLE",
    "LEDGER_BACK",
    "LEDGER_EVENTS",
    "LEDGER_LOST",
    "LEDGER_METRICS",
    "OUTBOX_AGE",
    "OUTBOX_WAITING",
    "RESULT_LOST",
    "SEND_ADVANCED",
    "SEND_BROKEN",
    "SEND_DEFERRED",
]

LEDGER_LOST = LogEvent(
    "ledger.lost",
    "error",
    ("error",),
    "The database of the ledger failed; what must be done once is refused "
    "until it is back.",
    "Look at the database of EXCHANGE_DATABASE_URL, or the disk of "
    "EXCHANGE_DATA_DIR; error names what it said.",
)
LEDGER_BACK = LogEvent(
    "ledger.back",
    "info",
    (),
    "The database of the ledger works again.",
    "Nothing.",
)
RESULT_LOST = LogEvent(
    "ledger.result_lost",
    "warning",
    ("operation", "error"),
    "A request was carried out and its answer could not be written down; a "
    "repetition with the same key looks for what was done.",
    "Look at the database; see ledger.lost.",
)
SEND_ADVANCED = LogEvent(
    "send.advanced",
    "info",
    ("tenant", "send_id", "stage", "attempts", "outcome"),
    "A send has reached a stage, and the ledger knows; outcome is the code of "
    "the problem if it failed.",
    "Nothing, unless stage is failed or unknown: then see GET /ops/outbox.",
)
SEND_DEFERRED = LogEvent(
    "send.deferred",
    "warning",
    ("tenant", "send_id", "stage", "attempts", "outcome", "retry_in_s"),
    "A send could not be carried on now and is tried again later.",
    "See /problems/{outcome}.",
)
SEND_BROKEN = LogEvent(
    "send.broken",
    "error",
    ("send_id", "error", "where"),
    "A send, or all of the outbox without send_id, met an error that nobody "
    "thought of; where is the innermost line of ours.",
    "A fault of this service: report it with where.",
)

LEDGER_EVENTS = (
    LEDGER_LOST,
    LEDGER_BACK,
    RESULT_LOST,
    SEND_ADVANCED,
    SEND_DEFERRED,
    SEND_BROKEN,
)

LEDGER_AVAILABLE = Metric(
    "exchange.ledger.available",
    Kind.GAUGE,
    "{state}",
    (),
    "Whether the database of the ledger worked when it was last used: 1 or 0.",
    "0: writes are refused; see the event ledger.lost for what it said.",
)
OUTBOX_WAITING = Metric(
    "exchange.outbox.waiting",
    Kind.GAUGE,
    "{send}",
    ("state",),
    "Sends that have not ended, as this process last saw the ledger; state is "
    "queued, sending, verifying, and failed or unknown for those given up.",
    "If failed or unknown grows, see GET /ops/outbox.",
)
OUTBOX_AGE = Metric(
    "exchange.outbox.age",
    Kind.GAUGE,
    "s",
    (),
    "How long the oldest send has been due and is not done.",
    "If it grows, Graph or the database is failing: see GET /ops.",
)

LEDGER_METRICS = (LEDGER_AVAILABLE, OUTBOX_WAITING, OUTBOX_AGE)
