"""Replies and forwards, as drafts or sent at once."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.context import Context, Handler
from app.sandbox.graph.drafts import Draft, read_draft
from app.sandbox.graph.sending import check_sendable
from app.sandbox.graph.writes import message_entity
from app.sandbox.odata.options import read_options
from app.sandbox.state.answering import (
    Kind,
    attached,
    envelope,
    quoting,
    threading,
)
from app.sandbox.state.items import Item
from app.sandbox.wire import Answer, GraphError, empty

__all__ = ["REPLIES"]

MESSAGE = "/users/{mailbox}/messages/{id}"
TO = "toRecipients"


def create_answer(context: Context, kind: Kind) -> Answer:
    """Create a draft that answers or forwards a message."""
    read_options(context.request)
    return message_entity(context, _draft(context, kind), 201)


def send_answer(context: Context, kind: Kind) -> Answer:
    """Answer or forward a message; 202 only means that it was accepted."""
    read_options(context.request)
    item = _draft(context, kind)
    try:
        check_sendable(context, item)
    except GraphError:
        context.mailbox.remove(item)
        raise
    context.world.post.accept(context.mailbox, item, saved=True)
    return empty(202)


REPLIES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", f"{MESSAGE}/createReply", partial(create_answer, kind="reply")),
    (
        "POST",
        f"{MESSAGE}/createReplyAll",
        partial(create_answer, kind="replyAll"),
    ),
    (
        "POST",
        f"{MESSAGE}/createForward",
        partial(create_answer, kind="forward"),
    ),
    ("POST", f"{MESSAGE}/reply", partial(send_answer, kind="reply")),
    ("POST", f"{MESSAGE}/replyAll", partial(send_answer, kind="replyAll")),
    ("POST", f"{MESSAGE}/forward", partial(send_answer, kind="forward")),
)


def _draft(context: Context, kind: Kind) -> Item:
    """Store a draft that answers the message of the path; return it."""
    mailbox, now = context.mailbox, context.now
    asked = mailbox.find(context.params["id"])
    if asked.properties["isDraft"] and kind != "forward":
        raise GraphError(
            400,
            "ErrorInvalidReferenceItem",
            "The reference item of a reply cannot be a draft.",
        )
    comment, given = _given(context, kind)
    owner = context.owner
    mine = frozenset(a.lower() for a in (owner.address, *owner.aliases))
    properties = {
        **envelope(asked, kind, mine),
        "body": quoting(asked, comment),
        **given.properties,
        "isDraft": True,
        "isRead": True,
    }
    item = mailbox.create(properties, folder=mailbox.folder("drafts"), now=now)
    return mailbox.dress(
        item,
        (*attached(asked, kind), *given.attachments),
        headers=(*threading(asked), *given.headers),
        extended=given.extended,
    )


def _given(context: Context, kind: Kind) -> tuple[str, Draft]:
    """Return the comment and what is to differ, from a body if there is one.

    Raises:
        GraphError: 400, for what contradicts itself.
    """
    data = _parameters(context)
    comment = data.get("comment") or ""
    message = dict(data.get("message") or {})
    if not isinstance(comment, str):
        raise not_deserializable("'comment' is no text")
    if comment and "body" in message:
        raise _refused("Specify either a comment or the body of the message.")
    if kind == "forward" and data:
        if (TO in data) == (TO in message):
            raise _refused(
                "Specify the recipients once, as a parameter or in the"
                " message."
            )
        message.setdefault(TO, data.get(TO))
    return comment, read_draft(message, stamp(context.now), creating=True)


def _parameters(context: Context) -> Mapping[str, Any]:
    if not context.request.body:
        return {}
    data = read_json(context.request)
    given = {
        name[:1].lower() + name[1:]: value for name, value in data.items()
    }
    unknown = set(given) - {"comment", "message", TO}
    if unknown or not isinstance(given.get("message", {}), dict | None):
        raise not_deserializable("expected 'comment' and 'message'")
    return given


def _refused(message: str) -> GraphError:
    return GraphError(400, "ErrorInvalidRequest", message)
