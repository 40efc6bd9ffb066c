"""Long conversations, each answer quoting those before it."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from app.sandbox.seeds.letters import Days, Letter, html, letter, owner, person
from app.sandbox.seeds.people import COLLEAGUES
from app.sandbox.seeds.prose import SENTENCES
from app.sandbox.state.directory import User
from app.sandbox.state.ids import conversation_id

__all__ = ["thread"]

# Mail programs stop quoting at some depth, or nothing could be sent.
QUOTED = 6
# The latest answers of a conversation have not been read.
UNREAD = 3
QUOTE = (
    '<hr tabindex="-1" style="display:inline-block;width:98%">'
    '<div id="divRplyFwdMsg" dir="ltr"><b>From:</b> {name} &lt;{address}&gt;'
    "<br><b>Subject:</b> {subject}</div>\n"
)


def thread(
    user: User, days: Days, topic: str, length: int, start: float
) -> Iterator[Letter]:
    """Give a conversation of a user and two others.

    It starts so many days ago; the user's part lies in Sent Items.
    """
    me = owner(user)
    others = days.dice.sample(COLLEAGUES, 2)
    people = [*(person(*one) for one in others), me]
    bodies: list[str] = []
    at = days.ago(start)
    for number in range(length):
        author = people[number % len(people)]
        readers = [one for one in people if one is not author]
        subject = f"RE: {topic}" if number else topic
        bodies.insert(0, _said(days, author, subject))
        properties = {
            "subject": subject,
            "from": author,
            "toRecipients": readers[:1],
            "ccRecipients": readers[1:],
            "body": html(f"<html><body>{_quoted(bodies)}</body></html>"),
            "isRead": author is me or number < length - UNREAD,
            **_place(user, topic, number),
        }
        folder = "sentitems" if author is me else "inbox"
        references = _references(topic, number)
        yield letter(folder, at, properties, headers=references)
        at += timedelta(minutes=days.dice.randrange(10, 600))


def _place(user: User, topic: str, number: int) -> dict[str, str]:
    """Return what tells where in a conversation a message stands."""
    root = blake2b(f"{user.id}{topic}".encode(), digest_size=22).digest()
    steps = b"".join(bytes([0x80, n, 0, 0, 0]) for n in range(number))
    return {
        "conversationId": conversation_id(UUID(user.id), topic),
        "conversationIndex": base64.b64encode(root + steps).decode(),
    }


def _said(days: Days, author: dict[str, Any], subject: str) -> str:
    address = author["emailAddress"]
    said = " ".join(days.dice.sample(SENTENCES, 3)).replace("&", "&amp;")
    heading = QUOTE.format(
        name=address["name"], address=address["address"], subject=subject
    )
    return f"{heading}<p>{said.replace('<', '&lt;')}</p>\n"


def _quoted(bodies: list[str]) -> str:
    """Return the newest part without a heading, the others with theirs."""
    newest = bodies[0].partition("</div>\n")[2]
    return newest + "".join(bodies[1 : QUOTED + 1])


def _references(topic: str, number: int) -> tuple[tuple[str, str], ...]:
    if number == 0:
        return ()
    slug = "".join(one for one in topic.lower() if one.isalnum())
    first = max(0, number - QUOTED)
    ids = [f"<{slug}.{n}@contoso.example>" for n in range(first, number)]
    return (("In-Reply-To", ids[-1]), ("References", " ".join(ids)))
