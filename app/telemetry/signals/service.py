"""The numbers that tell of the service itself, listed in `metrics`."""

from app.telemetry.signals.kinds import HTTP_DURATIONS, Kind, Metric

__all__ = [
    "ACTIVE_REQUESTS",
    "CREDENTIAL_REMAINING",
    "SERVER_DURATION",
    "SERVICE_METRICS",
    "UP",
]

UP = Metric(
    "exchange.up",
    Kind.GAUGE,
    "{process}",
    ("version",),
    "1 for each process that serves.",
    "If it is absent, nothing here says anything: see to the process and to "
    "what carries its metrics.",
)
SERVER_DURATION = Metric(
    "http.server.request.duration",
    Kind.HISTOGRAM,
    "s",
    (
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
        "network.protocol.version",
        "url.scheme",
    ),
    "How long requests to this service took (semantic conventions of HTTP).",
    "Compare with exchange.call.duration: the rest is this service's own "
    "time. Statuses of 500 and above count against the objectives.",
    HTTP_DURATIONS,
)
ACTIVE_REQUESTS = Metric(
    "http.server.active_requests",
    Kind.UP_DOWN,
    "{request}",
    ("http.request.method", "url.scheme"),
    "Requests to this service that have no answer yet (semantic conventions "
    "of HTTP).",
    "Near EXCHANGE_LIMITS__REQUESTS_IN_FLIGHT: requests are refused soon; "
    "see exchange.requests.shed.",
)
CREDENTIAL_REMAINING = Metric(
    "exchange.credential.remaining",
    Kind.GAUGE,
    "s",
    ("tenant",),
    "Time until the credential of a tenant expires: its certificate, or its "
    "secret where client_secret_expires tells; below zero afterwards.",
    "Below two weeks: see /runbooks/credentials-expiring.",
)

SERVICE_METRICS = (UP, SERVER_DURATION, ACTIVE_REQUESTS, CREDENTIAL_REMAINING)
