"""Drafts that answer or forward a message: Graph's JSON and ours."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from app.gateway.translation.quoting import above
from app.gateway.translation.result import Translated, Translation, decode
from app.gateway.translation.wire import GraphMessage, GraphRecipient
from app.gateway.translation.writing import (
    body_json,
    marked,
    people_json,
)
from app.models.compose import Recipient
from app.models.replies import Reply, ReplyDraft

__all__ = ["WRITTEN", "create_json", "finish_json", "reply_draft"]

WRITTEN = (
    "String {7d7b1e0c-5f0a-4a37-9d2c-3d5e7f2f6a41} Name ExchangeApiWritten"
)
"""An extended property that is set together with what the caller wrote. It
tells a draft that is finished from one that only quotes."""


class _Property(Struct):
    id: str = ""


class _GraphReply(GraphMessage, rename="camel"):
    single_value_extended_properties: list[_Property] | None = None


def reply_draft(body: bytes, _about: Translation) -> Translated:
    """Translate a draft (`ReplyDraft`), its body as it is."""
    item = decode(body, _GraphReply)
    properties = item.single_value_extended_properties or ()
    is_html = item.body is None or item.body.content_type != "text"
    content: ReplyDraft = {
        "id": item.id,
        "is_draft": bool(item.is_draft),
        "is_written": any(
            one.id.lower() == WRITTEN.lower() for one in properties
        ),
        "to": _addresses(item.to_recipients),
        "cc": _addresses(item.cc_recipients),
        "bcc": _addresses(item.bcc_recipients),
        "body": {
            "format": "html" if is_html else "text",
            "content": (item.body.content if item.body else None) or "",
        },
    }
    return Translated(content=content)


def create_json(reply: Reply, marker: str, *, to_whom: bool) -> bytes:
    """Return Graph's JSON for a draft that bears a marker.

    ``to_whom`` tells whether Graph wants to know who is to get it.
    """
    message: dict[str, Any] = {"singleValueExtendedProperties": marked(marker)}
    if to_whom:
        message["toRecipients"] = people_json(reply.to)
    return msgspec.json.encode({"message": message})


def finish_json(draft: ReplyDraft, reply: Reply, marker: str) -> bytes:
    """Return Graph's JSON that puts in what the caller wrote.

    It says all of it, so that it may be sent twice.
    """
    changes: dict[str, Any] = {
        "body": body_json(above(reply.body, draft["body"])),
        "toRecipients": _joined(draft["to"], reply.to),
        "ccRecipients": _joined(draft["cc"], reply.cc),
        "bccRecipients": _joined(draft["bcc"], reply.bcc),
        "singleValueExtendedProperties": [{"id": WRITTEN, "value": marker}],
    }
    if reply.subject is not None:
        changes["subject"] = reply.subject
    if reply.importance is not None:
        changes["importance"] = reply.importance
    return msgspec.json.encode(changes)


def _addresses(people: list[GraphRecipient] | None) -> list[dict[str, Any]]:
    """Return people as Graph writes them, without those nobody can reach."""
    found = [one.email_address for one in people or () if one.email_address]
    return [
        {"name": one.name, "address": one.address}
        for one in found
        if one.address
    ]


def _joined(
    there: list[dict[str, Any]], more: Sequence[Recipient]
) -> list[dict[str, Any]]:
    """Return people and more people, nobody twice."""
    people = [{"emailAddress": _named(one)} for one in there]
    known = {str(one["address"]).lower() for one in there}
    for one in people_json(more):
        address = str(one["emailAddress"]["address"]).lower()
        if address not in known:
            known.add(address)
            people.append(one)
    return people


def _named(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if value is not None}
