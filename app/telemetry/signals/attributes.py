"""What the attributes of metrics and spans and the members of events mean.

None of them ever holds a mailbox, a subject, a body, what is searched for, or
a token, and those of ``audit`` alone hold ids of Graph's items.
"""

__all__ = ["ATTRIBUTES"]

_HTTP = {
    "client.address": "Whoever connected; a proxy, if there is one.",
    "client.port": "And its port.",
    "error.type": "A status, a problem code or the class of an error.",
    "http.request.method": "The method.",
    "http.request.resend_count": "How many requests a call had made before.",
    "http.response.status_code": "The status that was answered.",
    "http.route": "The template of the path, never the path.",
    "network.protocol.version": "The version of HTTP.",
    "server.address": "Where a request to Graph went; of requests to this "
    "service - since a caller chose it.",
    "server.port": "The port of this service.",
    "url.path": "The path; - stands for each part that is not the same for "
    "everybody.",
    "url.query": "-, if there was a query.",
    "url.scheme": "http or https.",
    "url.template": "The template of Graph's URL, never the URL.",
    "user_agent.original": "-, since a caller chose it.",
}

_GRAPH = {
    "graph.client_request_id": "The id that this service gave a request.",
    "graph.request_id": "The id that Graph gave it; Microsoft asks for it.",
    "kind": "What a call waited for: backoff, bytes, gate, permit, token or "
    "window.",
    "mailbox_hash": "A keyed hash that tells mailboxes apart and names none.",
    "operation": "An operation of Graph, as in app/gateway/operations/; in "
    "audit, ledger.result_lost and exchange.idempotency.replays one of this "
    "API.",
    "outcome": "How it ended: ok, stale, cancelled or a problem code; in "
    "audit what became of the work.",
    "reason": "The problem code that made a repetition necessary; in "
    "exchange.callers.refused and http.access why a caller was refused.",
    "result": "How it ended; see the signal.",
    "seconds": "How long it took.",
    "tenant": "The alias of a tenant, from the settings.",
    "tried": "What became of each way to an answer.",
    "upstream_code": "The code of Graph's or Entra ID's error.",
    "upstream_request_id": "The id that Graph gave the request.",
    "upstream_status": "The status that Graph answered.",
    "workload": "A part of Graph that fails by itself: mail-read, say.",
}

_SERVICE = {
    "action": "What an operator did.",
    "age_s": "The age of an answer in seconds.",
    "attempts": "How many requests to Graph it took.",
    "auth_mode": "How callers show who they are.",
    "budget_exhausted": "Whether a retry was due and not affordable.",
    "caller": "The name of whoever calls, from the settings.",
    "code": "A problem code, or cancelled.",
    "count": "How many.",
    "criticality": "How urgent a request is: interactive, background or bulk.",
    "detail": "What went wrong, in this service's own words.",
    "duration_ms": "How long it took in milliseconds.",
    "error": "The class of an exception, never its text.",
    "expires_in_s": "For how many seconds a token holds.",
    "flaw": "What is wrong with the file of a credential.",
    "freshness": "Exchange-Freshness of the answer.",
    "graph": "Where Graph is.",
    "in_flight": "How many requests are being served.",
    "issuer": "Who vouches for callers: the alias of a tenant, or one of "
    "EXCHANGE_ISSUERS.",
    "logger": "The library's logger.",
    "made": "The id of what a request has made.",
    "message": "The first line of what a library wrote, 500 characters at "
    "most.",
    "method": "The method of a request.",
    "observes_only": "Whether a breaker tells without refusing.",
    "open_for_s": "For how many seconds a breaker stays open.",
    "remembered_for_s": "For how many seconds nobody asks Entra ID again.",
    "replayed": "Whether an earlier request with the same key has done it.",
    "retry_after_s": "For how many seconds Graph asked to be left alone.",
    "retry_in_s": "In how many seconds a send is tried again.",
    "route": "The template of the path, never the path.",
    "send_id": "The id of a send, of this service's own making.",
    "shed": "How many requests were refused since it was told last.",
    "stage": "How far a send has come.",
    "state": "A state; see the signal.",
    "status": "The status that was answered.",
    "target": "The ids that the path names, the mailbox left out; - for what "
    "cannot be one.",
    "telemetry": "The signals that are exported.",
    "tenants": "The aliases of all tenants.",
    "undone": "Of what a request was to change, the ids that it did not.",
    "url": "Where the service is.",
    "user": "A keyed hash of the object id of the person for whom it is.",
    "version": "The version of the service.",
    "where": "The innermost line of this service that an exception passed.",
}

ATTRIBUTES = {**_HTTP, **_GRAPH, **_SERVICE}
