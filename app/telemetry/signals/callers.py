"""What is told of callers and of those who vouch for them."""

from app.telemetry.signals.kinds import Kind, LogEvent, Metric

__all__ = [
    "CALLER_EVENTS",
    "CALLER_METRICS",
    "KEYS_FETCHED",
    "KEYS_NOT_FETCHED",
    "TOKEN_EXCHANGES",
]

TOKEN_EXCHANGES = Metric(
    "exchange.token.exchanges",
    Kind.COUNTER,
    "{exchange}",
    ("tenant", "result"),
    "Users' own tokens that were shown to Entra ID for one for Graph; result "
    "is ok or a problem code.",
    "claims-required and caller-unauthenticated: those users sign in again. "
    "Others: see /problems/{result}.",
)

KEYS_FETCHED = LogEvent(
    "callers.keys_fetched",
    "info",
    ("issuer", "count"),
    "The keys were fetched with which callers' tokens are signed; count of "
    "them are good here.",
    "Nothing.",
)
KEYS_NOT_FETCHED = LogEvent(
    "callers.keys_not_fetched",
    "warning",
    ("issuer", "detail"),
    "The keys were not to be had; those that are there go on being used. Told "
    "at most twice a minute, or every 5 seconds while there are none and "
    "callers get identity-unavailable.",
    "See whether the issuer can be reached from here. It is asked again by "
    "itself.",
)

CALLER_EVENTS = (KEYS_FETCHED, KEYS_NOT_FETCHED)
CALLER_METRICS = (TOKEN_EXCHANGES,)
