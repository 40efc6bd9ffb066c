"""New mail put into a mailbox from outside, by tests and by people."""

from collections.abc import Mapping
from typing import Any

from app.sandbox.clock import parse_utc, stamp
from app.sandbox.graph.types import MESSAGE
from app.sandbox.graph.uploads import read_attachments
from app.sandbox.state.items import Item
from app.sandbox.state.mailbox import Mailbox
from app.sandbox.world import World

__all__ = ["find_mailbox", "put_message"]

SENDER = {
    "emailAddress": {
        "name": "Tomasz Wilk",
        "address": "tomasz.wilk@northwind.example",
    }
}
BESIDES = ("attachments", "internetMessageHeaders", "@odata.type")


def find_mailbox(world: World, name: str) -> Mailbox:
    """Return a mailbox by any name of its owner.

    Raises:
        KeyError: when there is none.
    """
    user = world.directory.find(name)
    if user is None or not user.mailbox:
        raise KeyError(name)
    world.post.settle()
    return world.mailbox(user)


def put_message(
    world: World, name: str, folder: str, given: Mapping[str, Any]
) -> Item:
    """Put a message into a folder; what is not given is made up.

    The properties are Graph's, with any values. A text as ``body`` is
    plain text, and ``from_`` may be written for ``from``.

    Raises:
        KeyError: when there is no such mailbox.
        ValueError: for a property that messages do not have.
        GraphError: for a folder or an attachment that cannot be.
    """
    mailbox, now = find_mailbox(world, name), world.clock.now()
    wanted = _readable(given)
    attachments = wanted.pop("attachments", [])
    headers = wanted.pop("internetMessageHeaders", [])
    owner = {"name": mailbox.address, "address": mailbox.address}
    defaults = {
        "subject": "Hello",
        "from": SENDER,
        "sender": wanted.get("from", SENDER),
        "toRecipients": [{"emailAddress": owner}],
    }
    pairs = [(one["name"], one["value"]) for one in headers]
    files = read_attachments(attachments, stamp(now))
    item = mailbox.create(
        {**defaults, **wanted}, folder=mailbox.any_folder(folder), now=now
    )
    return mailbox.dress(item, files, headers=pairs)


def _readable(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties in Graph's form, checked as far as it matters."""
    wanted = {("from" if k == "from_" else k): v for k, v in given.items()}
    unknown = set(wanted) - MESSAGE.selectable - set(BESIDES)
    if unknown:
        raise ValueError(f"A message has no '{', '.join(sorted(unknown))}'.")
    for name, value in wanted.items():
        if name.endswith("DateTime"):
            wanted[name] = stamp(parse_utc(value))
    body = wanted.get("body", "Hello there.")
    if isinstance(body, str):
        body = {"contentType": "text", "content": body}
    if set(body) != {"contentType", "content"}:
        raise ValueError("A body has 'contentType' and 'content'.")
    return {**wanted, "body": body}
