"""Everything that callers do, with a canary in whatever they write."""

from typing import Any

from app.sandbox import Sandbox
from tests.examples.table import ROWS
from tests.examples.taking import asked
from tests.redaction.canaries import ADDRESS, address, word
from tests.redaction.watched import Watched

__all__ = [
    "HEADERS",
    "LETTER",
    "MAILBOX",
    "deliver",
    "every_operation",
    "writes",
]

MAILBOX = f"/v1/mailboxes/{ADDRESS}"
HEADERS = {
    "Authorization": f"Bearer {word('bearer')}",
    "Cookie": f"session={word('cookie')}",
    "User-Agent": word("agent"),
    "Accept-Language": word("language"),
    "Baggage": f"user={word('baggage')}",
    "Idempotency-Key": word("key"),
    "X-Request-ID": word("request"),
    "Tracestate": f"vendor={word('state')}",
    "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}
LETTER = {
    "to": [{"name": word("person"), "address": address("recipient")}],
    "cc": [{"address": address("copied")}],
    "bcc": [{"address": address("hidden")}],
    "reply_to": [{"address": address("replyto")}],
    "subject": word("subject"),
    "body": {"format": "text", "content": word("body")},
}
_FILE = {
    "kind": "file",
    "name": f"{word('attachment')}.txt",
    "content_type": "text/plain",
    # The word for content, in base64.
    "content": "enFjb250ZW50enE=",
    "is_inline": True,
    "content_id": word("inline"),
}
_MEETING = {
    "subject": word("meeting"),
    "body": {"format": "text", "content": word("note")},
    "location": {"name": word("location")},
    "start": {"date_time": "2026-11-23T09:00:00", "time_zone": "UTC"},
    "end": {"date_time": "2026-11-23T09:30:00", "time_zone": "UTC"},
    "attendees": [{"address": address("attendee")}],
}
_SMALL: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/events", _MEETING),
    ("POST", "/calendars", {"name": word("calendar")}),
    ("POST", "/folders", {"name": word("folder")}),
    ("POST", "/categories", {"name": word("category"), "color": "preset7"}),
    (
        "POST",
        "/contacts",
        {
            "given_name": word("person"),
            "emails": [{"address": address("contact")}],
            "notes": word("note"),
        },
    ),
    (
        "POST",
        "/rules",
        {
            "name": word("rule"),
            "sequence": 9,
            "conditions": {"subject_contains": [word("subject")]},
            "actions": {"assign_categories": [word("category")]},
        },
    ),
    (
        "PUT",
        "/automatic-replies",
        {"status": "enabled", "internal_message": word("away")},
    ),
    (
        "POST",
        "/free-busy",
        {
            "addresses": [address("attendee")],
            "start": "2026-11-19T07:00:00Z",
            "end": "2026-11-19T17:00:00Z",
        },
    ),
)
_SEARCHES = (
    *("/messages", "/contacts", "/people", ""),
    *("/messages?folder=inbox", "/messages?unread=true"),
)


def deliver(sandbox: Sandbox) -> str:
    """Put a message with canaries in it into the mailbox; return its id."""
    return sandbox.deliver(
        ADDRESS,
        subject=word("subject"),
        body={"contentType": "text", "content": word("body")},
        from_={"emailAddress": {"address": address("recipient")}},
    )


async def every_operation(found: Watched) -> None:
    """Call each operation of the document as its example does."""
    for name, ask in ROWS.items():
        try:
            found.took(await asked(name, ask, found.service))
        except (StopIteration, KeyError, RuntimeError):
            # An example before this one took away what it is about.
            continue
        finally:
            found.service.sandbox.faults.clear()
            await found.service.clock.sleep(65)


async def writes(found: Watched) -> None:
    """Write a canary into everything that can be written, and find it."""
    draft = await _draft(found)
    for number, (method, path, body) in enumerate(_SMALL):
        key = {"Idempotency-Key": f"{word('key')}{number}"}
        await found.ask(
            method, f"{MAILBOX}{path}", json=body, headers=HEADERS | key
        )
    for path in _SEARCHES:
        first = await found.ask(
            "GET",
            f"{MAILBOX}{path}" if path else "/v1/mailboxes",
            params={"query": word("search"), "limit": 1},
            headers=HEADERS,
        )
        for content in (first, await found.ask("GET", f"{MAILBOX}/messages")):
            if content and (cursor := content.get("next_cursor")):
                await found.ask(
                    "GET", f"{MAILBOX}/messages", params={"cursor": cursor}
                )
    await _send(found, draft)


async def _draft(found: Watched) -> str:
    """Make a draft with attachments, small and large; return where it is."""
    made = await found.ask(
        "POST", f"{MAILBOX}/messages", json=LETTER, headers=HEADERS
    )
    place = f"{MAILBOX}/messages/{made['id']}"
    attached = await found.ask("POST", f"{place}/attachments", json=_FILE)
    one = f"{place}/attachments/{attached['id']}"
    for given in (f"bytes={word('range')}", "bytes=9999999-"):
        await found.ask("GET", f"{one}/content", headers={"Range": given})
    disposition = f'attachment; filename="{word("attachment")}.bin"'
    await found.ask(
        "POST",
        f"{place}/attachments",
        content=word("content").encode() * 500_000,
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": disposition,
        },
    )
    for path in (place, f"{place}/attachments", one, f"{one}/content"):
        await found.ask("GET", path, headers=HEADERS)
    await found.ask("GET", f"{place}/mime")
    return place


async def _send(found: Watched, draft: str) -> None:
    """Send at once, again with the same key, later, and from a draft."""
    for options in ({}, {}, {"send_at": "2026-12-24T08:00:00Z"}):
        key = {"Idempotency-Key": f"{word('key')}sent{len(options)}"}
        sent = await found.ask(
            "POST",
            f"{MAILBOX}/sends",
            json=LETTER | options,
            headers=HEADERS | key,
        )
        place = f"{MAILBOX}/sends/{sent['id']}"
        await found.ask("GET", place)
    later = {"send_at": "2026-12-25T08:00:00Z"}
    for method, body in (("PATCH", later), ("DELETE", None), ("PATCH", later)):
        await found.ask(method, place, json=body)
    # The key belongs to another request, and then the draft is sent.
    for headers in (HEADERS, {}):
        await found.ask("POST", f"{draft}/send", headers=headers)
