"""What is told of callers and of those who vouch for them."""

from app.telemetry.signals.kinds import Kind, LogEvent, Metric

__all__ = [
    "AUDIT",
    "CALLERS_QUOTA",
    "CALLERS_REFUSED",
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

CALLERS_REFUSED = Metric(
    "exchange.callers.refused",
    Kind.COUNTER,
    "{refusal}",
    ("reason",),
    "Requests refused because of who made them, by what was wrong with the "
    "caller or its credentials.",
    "See the runbook for what each reason means: /runbooks/callers-refused.",
)
CALLERS_QUOTA = Metric(
    "exchange.callers.quota",
    Kind.GAUGE,
    "{share}",
    ("caller",),
    "Share of its quota that a caller has used, of the hundred that used "
    "most.",
    "Near 1: it is refused soon; find out why it asks so much, or raise "
    "EXCHANGE_QUOTA__REQUESTS.",
)
CALLER_METRICS = (CALLERS_REFUSED, CALLERS_QUOTA, TOKEN_EXCHANGES)

AUDIT = LogEvent(
    "audit",
    "info",
    (
        *("operation", "caller", "user", "tenant", "mailbox_hash"),
        *("target", "undone", "made", "outcome", "status", "code"),
        "replayed",
    ),
    "Somebody changed something, or tried to: once for each request that "
    "writes, when it has ended, whoever made it and however it ended. outcome "
    "is performed, not_performed, unknown, accepted (202: it goes on by "
    "itself) or see_parts (207: of the targets, those in undone were not "
    "changed, or nobody knows). Each send has "
    "another event when it has ended, with the operation outbox.{stage} and "
    "its id as target, which is made of the request that handed it in.",
    "Keep it where nobody can change it; see docs/operations.md for who did "
    "what.",
)

CALLER_EVENTS = (AUDIT, KEYS_FETCHED, KEYS_NOT_FETCHED)
