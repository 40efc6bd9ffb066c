"""What can be wrong with a tenant, in plain words; the worst comes first."""

from app.services.status.kind import (
    Kind,
    days_left,
    fails_by,
    listed,
    no_token,
    paused,
)

__all__ = ["KINDS"]

_CREDENTIALS = "tenant-credentials-rejected"
_CONSENT = "tenant-consent-missing"
_POLICY = "tenant-policy-blocked"
_IDENTITY = "identity-unavailable"
_UNREACHABLE = "graph-unreachable"
_OPEN = "graph-circuit-open"
_ANSWERS = ("graph-unavailable", "graph-timeout")
_GRAPH = (*_ANSWERS, _OPEN, _UNREACHABLE)
_GONE = ("unreachable", "graph")
_THROTTLED = "graph-throttled"
_MALFORMED = "graph-malformed-response"
_INTERNAL = "internal-error"
_LATE = "deadline-exceeded"
_DENIED = "mailbox-access-denied"
_SIGN_IN = ("credentials", "consent", "policy", "identity")
_SLOW = 2.5
_MORE_THAN_BAD_LUCK = 2
_MUCH = 0.2
_SOON = 14 * 86400
_WAIT = "Nothing to mend here: calls are tried again by themselves. Check "

KINDS: tuple[Kind, ...] = (
    Kind(
        name="credentials",
        blame="configuration",
        title="Microsoft rejects the credentials for {who}",
        do="Put a valid client secret in place, restart, and see that the"
        " token is given. Waiting does not help.",
        runbook="credentials-rejected",
        hits=no_token(_CREDENTIALS),
        codes=(_CREDENTIALS,),
    ),
    Kind(
        name="consent",
        blame="configuration",
        title="Consent to the app is missing for {who}",
        do="Have an administrator of the tenant grant admin consent, then"
        " drop the token.",
        runbook="consent-missing",
        hits=no_token(_CONSENT),
        codes=(_CONSENT,),
    ),
    Kind(
        name="policy",
        blame="configuration",
        title="A sign-in policy blocks the app for {who}",
        do="Have an administrator look at Conditional Access for workload"
        " identities.",
        runbook="consent-missing",
        hits=no_token(_POLICY),
        codes=(_POLICY,),
    ),
    Kind(
        name="identity",
        blame="microsoft",
        title="Microsoft's sign-in is failing for {who}",
        do=f"{_WAIT}Microsoft's service health for Entra ID.",
        runbook="token-refresh-failing",
        hits=no_token(_IDENTITY),
        codes=(_IDENTITY,),
    ),
    Kind(
        name="unreachable",
        blame="service",
        title="Microsoft Graph cannot be reached from here for {who}",
        do="Look at the way there first: DNS, proxy, firewall. If it is"
        " clear, at Microsoft's service health.",
        runbook="graph-failing",
        hits=lambda facts: (
            facts.cause == _UNREACHABLE
            and facts.met.keys().isdisjoint(_ANSWERS)
            and (bool(facts.broken) or facts.fails_by(_UNREACHABLE, _OPEN))
        ),
        codes=(_UNREACHABLE, _OPEN),
    ),
    Kind(
        name="graph",
        blame="microsoft",
        title="Microsoft Graph is failing for {who}",
        do=f"{_WAIT}Microsoft's service health; tell callers.",
        runbook="graph-failing",
        hits=lambda facts: (
            bool(facts.broken)
            or facts.fails_by(*_GRAPH)
            or (facts.has_just_failed and not facts.spell.total)
        ),
        codes=_GRAPH,
        more=listed("Held back by its breaker", lambda f: f.broken),
        within=("unreachable",),
    ),
    Kind(
        name="throttled",
        blame="microsoft",
        title="Microsoft Graph throttles {who}",
        do="Find who asks so much, below under Callers, and slow it down.",
        runbook="throttling-sustained",
        hits=fails_by(_THROTTLED),
        codes=(_THROTTLED,),
        more=paused,
    ),
    Kind(
        name="malformed",
        blame="microsoft",
        title="Microsoft Graph's answers make no sense for {who}",
        do="Look for a proxy in between that answers in Graph's place.",
        runbook="malformed-responses",
        hits=fails_by(_MALFORMED),
        codes=(_MALFORMED,),
    ),
    Kind(
        name="internal",
        blame="service",
        title="This service has a fault that hits {who}",
        do="Look for http.failed in the log, and report it with its where."
        " If it came with a release, take that back.",
        runbook="error-budget-burn",
        hits=fails_by(_INTERNAL),
        codes=(_INTERNAL,),
    ),
    Kind(
        name="denied",
        blame="configuration",
        title="Exchange refuses the app mailboxes of {who}",
        do="See whether a permission was taken away, or the app's scope"
        " narrowed. Changes take up to two hours.",
        runbook="consent-missing",
        hits=lambda facts: (
            facts.spell.codes[_DENIED]
            >= max(_MORE_THAN_BAD_LUCK, _MUCH * facts.spell.total)
        ),
        codes=(_DENIED,),
        more=lambda hit: (
            f"{sum(facts.spell.codes[_DENIED] for facts in hit)} requests"
            " were answered with 403 just now."
        ),
    ),
    Kind(
        name="late",
        blame="service",
        title="Requests of {who} run out of time",
        do="See below whether Microsoft is slow or requests wait here.",
        runbook="latency-burn",
        hits=fails_by(_LATE),
        codes=(_LATE,),
        within=(*_GONE, "identity"),
    ),
    Kind(
        name="stale",
        blame="microsoft",
        title="Older copies are served to {who}",
        do=f"{_WAIT}the errors below for why Microsoft is not asked.",
        runbook="stale-share-high",
        hits=lambda facts: facts.spell.is_stale,
        within=(*_SIGN_IN, *_GONE, "throttled", "malformed"),
    ),
    Kind(
        name="isolated",
        blame="operator",
        title="An operator has isolated parts of Graph for {who}",
        do="Release them below once the reason is gone.",
        runbook="breaker-open",
        hits=lambda facts: bool(facts.isolated),
        codes=("graph-circuit-open",),
        more=listed("Isolated", lambda f: f.isolated),
    ),
    Kind(
        name="renewal",
        blame="microsoft",
        title="The token of {who} cannot be renewed",
        do="There is time until it expires: read the runbook now.",
        runbook="token-refresh-failing",
        hits=lambda facts: facts.has_token and bool(facts.token.problem),
        level="note",
        within=_SIGN_IN,
    ),
    Kind(
        name="expiring",
        blame="configuration",
        title="The credential of {who} expires soon",
        do="Make another one and put it in place before that.",
        runbook="credentials-expiring",
        hits=lambda facts: (
            facts.secret_left is not None and facts.secret_left < _SOON
        ),
        more=days_left,
        level="note",
    ),
    Kind(
        name="paused",
        blame="microsoft",
        title="Microsoft wants mailboxes of {who} left alone for a while",
        do="They are asked again when their time is over.",
        runbook="throttling-sustained",
        hits=lambda facts: facts.paused > 0,
        more=paused,
        level="note",
        within=("throttled",),
    ),
    Kind(
        name="retries",
        blame="microsoft",
        title="Retries are used up for {who}",
        do="Failures reach callers at once until calls succeed again.",
        runbook="retry-budget-exhausted",
        hits=lambda facts: bool(facts.no_retries),
        more=listed("None left", lambda f: f.no_retries),
        level="note",
        within=_GONE,
    ),
    Kind(
        name="slow",
        blame="microsoft",
        title="Microsoft Graph is slow for {who}",
        do="Check Microsoft's service health; callers may need more time.",
        runbook="graph-slow",
        hits=lambda facts: (facts.graph_p95 or 0.0) >= _SLOW,
        level="note",
        within=(*_GONE, "late"),
    ),
    Kind(
        name="refused",
        blame="callers",
        title="Callers of {who} ask more than their quota",
        do="See below under Callers who it is; raise the quota or talk.",
        runbook="callers-refused",
        hits=lambda facts: facts.spell.codes["quota-exceeded"] > 1,
        codes=("quota-exceeded",),
        level="note",
    ),
)
