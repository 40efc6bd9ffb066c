"""Errors of Microsoft 365. The tree is drawn in `errors`."""

from http import HTTPStatus

from app.problems.errors import (
    Category,
    ExchangeError,
    Outcome,
    Reach,
    Upstream,
    Verdict,
)

__all__ = [
    "GraphBusy",
    "GraphCertificateRejected",
    "GraphCircuitOpen",
    "GraphFailed",
    "GraphMalformedResponse",
    "GraphRejected",
    "GraphThrottled",
    "GraphTimeout",
    "GraphTimeoutCutShort",
    "GraphUnavailable",
    "GraphUnreachable",
    "IdentityUnavailable",
    "MailboxMoving",
    "TenantConsentMissing",
    "TenantCredentialsRejected",
    "TenantPolicyBlocked",
    "TokenRejected",
]


class GraphFailed(ExchangeError):
    """Microsoft 365 could not or would not do its part."""

    status = HTTPStatus.BAD_GATEWAY
    category = Category.UPSTREAM
    reach = Reach.SERVICE


class GraphRejected(GraphFailed):
    """Graph refused a request that this service built."""

    code = "graph-error"
    title = "Microsoft Graph rejected the request"
    reach = Reach.REQUEST
    action = "Report it with upstream.code and upstream.request_id."
    verdict = Verdict.ALIVE


class GraphMalformedResponse(GraphFailed):
    """Graph's answer is not what its protocol promises."""

    code = "graph-malformed-response"
    title = "Microsoft Graph gave an answer that makes no sense"
    category = Category.MALFORMED_RESPONSE
    action = "Try again; if it lasts, look for a proxy in between."
    retryable = True
    transient = True
    stale_ok = True
    verdict = Verdict.FAILURE


class TenantCredentialsRejected(GraphFailed):
    """Entra ID or Graph does not accept the app's credentials."""

    code = "tenant-credentials-rejected"
    title = "The app's credentials for the tenant are rejected"
    category = Category.AUTHENTICATION
    reach = Reach.TENANT
    action = (
        "Check EXCHANGE_CLIENT_ID and EXCHANGE_CLIENT_SECRET (the secret's"
        " value, not its id) or the file that has the credential, and whether"
        " that has expired."
    )


class TokenRejected(TenantCredentialsRejected):
    """Graph does not accept this token; a fresh one may do.

    ``claims`` is the JSON of a claims challenge, if Graph sent one.
    """

    action = (
        "Check that EXCHANGE_CLOUD is the tenant's cloud and that the app is"
        " enabled there: Graph rejects the token that Entra ID gave it."
    )

    def __init__(
        self,
        detail: str | None = None,
        *,
        claims: str | None = None,
        upstream: Upstream | None = None,
    ) -> None:
        super().__init__(detail, upstream=upstream)
        self.claims = claims


class TenantConsentMissing(GraphFailed):
    """The tenant's administrator has not consented to what the app needs."""

    code = "tenant-consent-missing"
    title = "The tenant has not consented to the app"
    category = Category.TENANT
    reach = Reach.TENANT
    action = "Have an administrator of the tenant grant admin consent."


class TenantPolicyBlocked(GraphFailed):
    """A policy of the tenant blocks the app."""

    code = "tenant-policy-blocked"
    title = "A policy of the tenant blocks the app"
    category = Category.TENANT
    reach = Reach.TENANT
    action = "Check Conditional Access for workload identities in the tenant."


class GraphThrottled(GraphFailed):
    """Graph limits how often this app may use this mailbox."""

    code = "graph-throttled"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Microsoft Graph is throttling this mailbox"
    category = Category.THROTTLED
    reach = Reach.MAILBOX
    action = "Wait for Retry-After; ask less of this mailbox if it lasts."
    retryable = True
    transient = True
    stale_ok = True


class GraphUnavailable(GraphFailed):
    """Graph has a failure of its own."""

    code = "graph-unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Microsoft Graph is unavailable"
    action = "Wait; see the service health of Microsoft 365 if it lasts."
    retryable = True
    transient = True
    stale_ok = True
    verdict = Verdict.FAILURE


class GraphBusy(GraphUnavailable):
    """Graph is unavailable and said when to come back.

    That is a refusal, to be waited out like throttling.
    """

    verdict = Verdict.NEUTRAL


class GraphCircuitOpen(GraphFailed):
    """Graph failed so often lately that it is left alone for a while."""

    code = "graph-circuit-open"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Requests to Microsoft Graph are suspended"
    category = Category.CIRCUIT_OPEN
    reach = Reach.TENANT
    action = "Wait for Retry-After; the circuit closes by itself."
    retryable = True
    stale_ok = True


class GraphUnreachable(GraphFailed):
    """The network did not carry the request, or not the answer."""

    code = "graph-unreachable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Microsoft Graph cannot be reached"
    category = Category.NETWORK
    action = "Check DNS, proxies, firewalls and certificates on the way."
    retryable = True
    transient = True
    stale_ok = True
    verdict = Verdict.FAILURE


class GraphCertificateRejected(GraphUnreachable):
    """Whoever answered for Graph cannot show that it is Graph."""

    transient = False


class IdentityUnavailable(GraphFailed):
    """Entra ID gives no token at the moment."""

    code = "identity-unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Entra ID is unavailable"
    action = "Wait; tokens already held go on working until they expire."
    retryable = True
    stale_ok = True


class MailboxMoving(GraphFailed):
    """Exchange is moving or failing over the mailbox."""

    code = "mailbox-moving"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The mailbox is being moved"
    category = Category.MAILBOX
    reach = Reach.MAILBOX
    action = "Wait some minutes; check the migration if it lasts."
    retryable = True
    stale_ok = True
    verdict = Verdict.FAILURE


class GraphTimeout(GraphFailed):
    """Graph was asked and did not answer in time."""

    code = "graph-timeout"
    status = HTTPStatus.GATEWAY_TIMEOUT
    title = "Microsoft Graph did not answer in time"
    category = Category.TIMEOUT
    action = "Ask for smaller pages; check Graph's latency if it lasts."
    retryable = True
    transient = True
    stale_ok = True
    verdict = Verdict.FAILURE

    def __init__(
        self,
        detail: str | None = None,
        *,
        outcome: Outcome = Outcome.UNKNOWN,
        upstream: Upstream | None = None,
    ) -> None:
        super().__init__(detail, outcome=outcome, upstream=upstream)


class GraphTimeoutCutShort(GraphTimeout):
    """The caller's patience ended before a normal attempt would have.

    That tells nothing about the health of Graph.
    """

    reach = Reach.REQUEST
    verdict = Verdict.NEUTRAL
