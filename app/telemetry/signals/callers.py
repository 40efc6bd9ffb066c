"""What is told of callers and of those who vouch for them."""

from app.telemetry.signals.kinds import LogEvent

__all__ = ["CALLER_EVENTS", "KEYS_FETCHED", "KEYS_NOT_FETCHED"]

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
