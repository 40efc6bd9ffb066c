"""Sending mail."""

from typing import Any

from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.context import Context
from app.sandbox.graph.writes import new_draft
from app.sandbox.state.items import Item
from app.sandbox.state.post import addresses_of
from app.sandbox.wire import Answer, GraphError, empty

__all__ = ["check_sendable", "send_draft", "send_mail"]

REFUSED_DOMAIN = "@invalid.example"
MAX_RECIPIENTS = 500


def send_draft(context: Context) -> Answer:
    """Send a draft; 202 only means that it was accepted."""
    item = context.mailbox.find(context.params["id"])
    if not item.properties["isDraft"]:
        raise GraphError(
            400,
            "ErrorInvalidOperation",
            "The item has been sent already: it is no draft.",
        )
    check_sendable(context, item)
    context.world.post.accept(context.mailbox, item, saved=True)
    return empty(202)


def send_mail(context: Context) -> Answer:
    """Compose and send in one request."""
    message, saved = _arguments(read_json(context.request))
    mailbox = context.mailbox
    item = new_draft(context, message, mailbox.folder("drafts"))
    try:
        check_sendable(context, item)
    except GraphError:
        mailbox.remove(item)
        raise
    context.world.post.accept(mailbox, item, saved=saved)
    return empty(202)


def _arguments(data: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    given = {name.lower(): value for name, value in data.items()}
    message = given.pop("message", None)
    saved = given.pop("savetosentitems", True)
    if not isinstance(message, dict) or not isinstance(saved, bool) or given:
        raise not_deserializable("expected 'message' and 'saveToSentItems'")
    return message, saved


def check_sendable(context: Context, item: Item) -> None:
    """Refuse what Exchange refuses before it accepts a message.

    Raises:
        GraphError: 400 for its recipients, 403 for its sender.
    """
    people = [address.lower() for address in addresses_of(item.properties)]
    if not 0 < len(people) <= MAX_RECIPIENTS or any(
        person.endswith(REFUSED_DOMAIN) or person.count("@") != 1
        for person in people
    ):
        raise GraphError(
            400,
            "ErrorInvalidRecipients",
            "At least one recipient isn't valid.",
        )
    author = item.properties["from"]
    if author is not None:
        _check_author(context, author["emailAddress"]["address"].lower())


def _check_author(context: Context, address: str) -> None:
    owner = context.owner
    allowed = (owner.address, *owner.aliases, *owner.may_send_as)
    if address not in allowed:
        raise GraphError(
            403,
            "ErrorSendAsDenied",
            "The user account which was used to submit this request does not "
            "have the right to send mail on behalf of the specified sending "
            "account.",
        )
