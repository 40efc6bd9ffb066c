"""What the API document says before and between its operations."""

__all__ = ["DESCRIPTION", "GROUPS", "TAGS"]

DESCRIPTION = """Mail, calendars and contacts of Microsoft 365, over a small \
REST API that stays useful while Microsoft Graph throttles, fails or is gone.

```sh
curl -s 'http://127.0.0.1:8000/v1/mailboxes/ada@contoso.example/messages?\
folder=inbox&limit=3' -H "Authorization: Bearer $TOKEN"
```

# Who calls
Each request shows who makes it, in the way that the operators have chosen:
- `Authorization: Bearer …`: an access token of Microsoft Entra ID for this \
service. A frontend gets one for its user (authorization code and PKCE) and \
opens that user's mailbox, also called `me`; a job gets one of its own \
(client credentials) and opens the mailboxes that the operators have allowed.
- `X-API-Key: …`: a key that the operators have given out, for machines.

Each operation below names the roles that it demands: as delegated \
permissions (`scp`) or app roles (`roles`) of a token, or of a key. 401 means \
that nobody was recognized, 403 that a role, a tenant or a mailbox is not the \
caller's; `detail` and `WWW-Authenticate` say which. With `claims-required`, \
let the user sign in again with the `claims` of `WWW-Authenticate`, decoded \
from base64. A service on the loopback address of a developer may ask for \
nothing.

# Requests and answers
- JSON in UTF-8, members in `snake_case`. What an operation does not know, a \
query parameter or a member, is refused with 422 and where it stands, so that \
a typo is an error and not silently without effect.
- A mailbox is named by its user principal name, its primary address or the \
object id of its owner; users call theirs `me`.
- Ids are opaque, and stay the same when an item is moved to another folder.
- Enumerations are open: what Microsoft adds tomorrow is `unknown`. An item \
that cannot be read in full keeps what can be, and says `is_partial`.
- `X-Request-ID` is taken over if it is given, and always told; \
`Exchange-Graph-Calls` and `Server-Timing` tell what any answer has cost.
- What GET reads, HEAD tells of without its content.
- A body comes as it is, without `Content-Encoding`, and at 64 KiB a second \
or faster.

# Times
- Moments are RFC 3339 in UTC: `2026-11-22T08:00:00Z`.
- Events take place at a local time of a zone: \
`{"date_time": "2026-11-22T09:00:00", "time_zone": "Europe/Berlin"}`. Zones \
are those of IANA, whatever Exchange has stored.
- Events of whole days have dates, `{"date": "2026-11-22"}`, and end on the \
day after their last.
- Durations are ISO 8601: `PT30M`.

# Lists
A list answers with `{"items": […], "next_cursor": "…"}` and goes on with the \
same parameters and `cursor` set to `next_cursor`, until that is `null`. The \
header `Link` holds the whole address with `rel="next"`. `limit` is 1 to 100, \
and 25 without it; a page may hold fewer. A cursor is good for the list that \
it came from, and for nothing else.

# How fresh an answer is
Reads may be answered from a cache, so that a slow or failing Graph does not \
stop who only looks. Each answer says so: `Exchange-Freshness` is `fresh` or \
`stale`, `Age` its seconds, `Cache-Status` (RFC 9211) the reason. A caller \
decides with `Cache-Control` how old an answer may be: `max-age=60` at most \
a minute while Graph answers, `no-cache` straight from Graph or not at all, \
`stale-if-error=3600` at most an hour old when Graph fails, `only-if-cached` \
without asking Graph. After a write through this service, nothing older is \
given for fresh.

# Conditional requests
Every single resource and every list has a strong `ETag`. With it in \
`If-None-Match` a read that would tell nothing new is answered by 304 and no \
body; with it in `If-Match`, PATCH, PUT and DELETE are carried out only if \
nobody has changed the item meanwhile, and answered by 412 otherwise.

# Changes
PATCH takes a JSON merge patch (RFC 7396), as `application/json` or \
`application/merge-patch+json`: members that are left out stay as they are, \
`null` clears what may be empty.

# Doing things once
Give each new POST an `Idempotency-Key`, a UUID for example, and repeat it \
with the same key for as long as its outcome is in doubt. It is carried out \
once; later requests get the first one's answer, marked \
`Idempotent-Replayed`, for a day unless the operators say otherwise. Even \
without a key a message is not sent twice by one request, \
whatever Graph does in between.

# Sending
Whatever is sent (`/sends`, a draft's `/send`, replies and forwards) is \
written down before Exchange is asked, and is in Sent Items once. It is \
answered when it is there, by 201 or 200. What takes longer than the caller \
waits, because Graph is slow, throttling or down, is answered by 202 and goes \
on by itself, through restarts and hours of outage, in the order of its \
mailbox. So is what has a `send_at` in the future, and everything with \
`Prefer: respond-async` (with `respond-async, wait=5` after five seconds).

`Location` is the sending: `GET` tells how far it is, `PATCH` with \
`{"send_at": "…"}` sets another time, `DELETE` takes it back, both while it \
has not left. Ask again while `status` is `queued`, `sending` or \
`verifying`. `failed` was not sent, and `problem` says why. `unknown` means \
that nobody could find out: look into Sent Items before writing it anew, or \
repeat the request with its `Idempotency-Key`, which looks first.

# Problems
Whatever is not a success is an `application/problem+json` (RFC 9457). \
`code` is for programs and explained under [/problems](/problems), `detail` \
and `action` are for people, `errors` tells which part of the input is \
wrong. `retryable` says whether the same request may succeed later, \
`retry_after` when. For writes `outcome` says what became of the work: \
`not_performed`, `performed`, or `unknown`; then repeat the request with the \
same `Idempotency-Key`. Each operation below lists the problems that it can \
have.

# Waiting and quotas
A request is given up after 30 seconds, or after those of `Prefer: wait=10`; \
retries and pauses that Graph asks for happen in that time. Only what sends \
goes on after it. What a caller \
may use is told by `RateLimit-Policy` and `RateLimit`; beyond it comes \
429 with `Retry-After`.
"""

TAGS = [
    {
        "name": "mailboxes",
        "description": "Who has a mailbox, and how it is at a glance.",
    },
    {
        "name": "settings",
        "description": (
            "What its owner has set: time zone, language and formats,"
            " working hours, automatic replies, categories, inbox rules."
        ),
    },
    {
        "name": "folders",
        "description": (
            "Where messages lie. A folder is named by its id or, if every"
            " mailbox has it, by `inbox`, `drafts`, `sent`, `deleted`,"
            " `archive`, `junk` or `outbox`."
        ),
    },
    {
        "name": "messages",
        "description": (
            "Find, read, write, change, move and delete. HTML is sanitized"
            " and remote images are not loaded by themselves."
        ),
    },
    {
        "name": "threads",
        "description": "Messages of one conversation, across folders.",
    },
    {
        "name": "attachments",
        "description": (
            "What comes with a message, of up to 150 MB, streamed both ways."
        ),
    },
    {
        "name": "sends",
        "description": (
            "Write and send at once or later, once; see how far it is, set"
            " another time, take it back."
        ),
    },
    {"name": "calendars", "description": "The calendars of a mailbox."},
    {
        "name": "events",
        "description": (
            "What takes place: single events, series and their occurrences,"
            " invitations and the answers to them."
        ),
    },
    {
        "name": "scheduling",
        "description": (
            "Who is free when, and when all could meet. Never answered from"
            " the cache."
        ),
    },
    {"name": "rooms", "description": "Rooms that can be booked."},
    {"name": "contacts", "description": "Address books and their entries."},
    {
        "name": "people",
        "description": "Whom a mailbox deals with, the closest first.",
    },
    {
        "name": "problems",
        "description": "What each problem means, and what to do about it.",
    },
    {
        "name": "health",
        "description": "How the service and Graph are; without an account.",
    },
    {
        "name": "ops",
        "description": (
            "What operators see and can do: breakers, gates, caches, tokens,"
            " and what could not be sent."
        ),
    },
]
"""The chapters, in the order in which they are read."""

GROUPS = {
    "Mailboxes": ("mailboxes", "settings"),
    "Mail": ("folders", "messages", "threads", "attachments", "sends"),
    "Calendar": ("calendars", "events", "scheduling", "rooms"),
    "Contacts": ("contacts", "people"),
    "Around it": ("problems", "health", "ops"),
}
"""The parts that the chapters belong to, as ReDoc shows them."""
