"""What a reply or a forward takes over from the message it is about.

Source: https://learn.microsoft.com/graph/api/message-createreply, and for
the headers RFC 5322 §3.6.4.
"""

import base64
import html
import re
from collections.abc import Iterator
from typing import Any, Literal

from app.sandbox.state.html import text_to_html
from app.sandbox.state.items import Attachment, Item

__all__ = ["Kind", "attached", "envelope", "quoting", "threading"]

Kind = Literal["reply", "replyAll", "forward"]
Person = dict[str, Any]

BODY = re.compile(r"<body[^>]*>(.*)</body>", re.IGNORECASE | re.DOTALL)
PREFIX = {"reply": "RE: ", "replyAll": "RE: ", "forward": "FW: "}
PREFIXES = {"RE: ": ("re:",), "FW: ": ("fw:", "fwd:")}
QUOTE = (
    '<hr tabindex="-1" style="display:inline-block; width:98%">'
    '<div id="divRplyFwdMsg" dir="ltr">{}</div>\n<div>{}</div>'
)
PAGE = (
    '<html><head>\n<meta http-equiv="Content-Type" content="text/html; '
    'charset=utf-8"></head><body>\n{}{}</body></html>'
)
STEP = bytes([0x80, 0, 0, 0, 0])


def envelope(item: Item, kind: Kind, owner: frozenset[str]) -> dict[str, Any]:
    """Return subject, people and conversation of the answer to an item.

    ``owner`` are the addresses of who answers, in lower case; nobody writes
    to themselves by answering all.
    """
    asked = item.properties
    index = base64.b64decode(str(asked["conversationIndex"]) + "==")
    return {
        "subject": _subject(str(asked.get("subject") or ""), PREFIX[kind]),
        "conversationId": asked["conversationId"],
        "conversationIndex": base64.b64encode(index + STEP).decode(),
        **_people(item, kind, owner),
    }


def threading(item: Item) -> tuple[tuple[str, str], ...]:
    """Return the headers that tie an answer to what it answers."""
    known = {name.lower(): value for name, value in item.headers}
    before = known.get("references") or known.get("in-reply-to") or ""
    own = str(item.properties["internetMessageId"] or "")
    if not own:
        return ()
    return (
        ("In-Reply-To", own),
        ("References", f"{before} {own}".strip()),
    )


def attached(item: Item, kind: Kind) -> tuple[Attachment, ...]:
    """Return what goes along: all in a forward, pictures in a reply."""
    if kind == "forward":
        return item.attachments
    return tuple(one for one in item.attachments if one.inline)


def quoting(item: Item, comment: str) -> dict[str, str]:
    """Return a body that quotes an item below a comment."""
    body = item.properties["body"]
    content = str(body["content"])
    if body["contentType"] == "text":
        content = text_to_html(content)
    found = BODY.search(content)
    quote = QUOTE.format(_heading(item), found[1] if found else content)
    said = f"<div>{comment}</div>\n" if comment else ""
    return {"contentType": "html", "content": PAGE.format(said, quote)}


def _subject(subject: str, prefix: str) -> str:
    if subject.lower().startswith(PREFIXES[prefix]):
        return subject
    return prefix + subject


def _people(
    item: Item, kind: Kind, owner: frozenset[str]
) -> dict[str, list[Person]]:
    if kind == "forward":
        return {}
    asked = item.properties
    author = asked["from"] or asked["sender"]
    first = list(asked["replyTo"]) or ([author] if author else [])
    if kind == "reply":
        return {"toRecipients": first}
    seen = {_address(one) for one in first} | owner
    others = list(_unseen(asked["toRecipients"], seen))
    copied = list(_unseen(asked["ccRecipients"], seen))
    return {"toRecipients": first + others, "ccRecipients": copied}


def _unseen(people: list[Person], seen: set[str]) -> Iterator[Person]:
    for one in people:
        if _address(one) not in seen:
            seen.add(_address(one))
            yield one


def _address(one: Person) -> str:
    return str(one["emailAddress"].get("address") or "").lower()


def _heading(item: Item) -> str:
    asked = item.properties
    author = asked["from"] or asked["sender"]
    lines = {
        "From": _named(author) if author else "",
        "Sent": str(asked["sentDateTime"] or ""),
        "To": "; ".join(_named(one) for one in asked["toRecipients"]),
        "Subject": str(asked.get("subject") or ""),
    }
    return "<br>\n".join(
        f"<b>{name}:</b> {html.escape(text)}" for name, text in lines.items()
    )


def _named(one: Person) -> str:
    known = one["emailAddress"]
    return f"{known.get('name') or ''} <{known.get('address') or ''}>".strip()
