"""Attachments in request bodies."""

import base64
import binascii
from typing import Any

from app.sandbox.graph.bodies import not_deserializable
from app.sandbox.state.items import Attachment

__all__ = ["read_attachment", "read_attachments"]

FILE = "#microsoft.graph.fileAttachment"
ITEM = "#microsoft.graph.itemAttachment"
ITEMS = (
    "microsoft.graph.message",
    "microsoft.graph.event",
    "microsoft.graph.contact",
)
MEMBERS = frozenset(
    {
        "@odata.type",
        "contentBytes",
        "contentId",
        "contentLocation",
        "contentType",
        "isInline",
        "item",
        "name",
        "size",
    }
)


def read_attachments(listed: Any, time: str) -> tuple[Attachment, ...]:
    """Check and decode the attachments of a new message.

    Raises:
        GraphError: 400, for what is no attachment.
    """
    if not isinstance(listed, list):
        raise not_deserializable("'attachments' is not a list")
    return tuple(
        read_attachment(one, time, f"uploaded-{number}")
        for number, one in enumerate(listed, 1)
    )


def read_attachment(data: Any, time: str, key: str) -> Attachment:
    """Check and decode one attachment.

    Raises:
        GraphError: 400, for what is none.
    """
    if not isinstance(data, dict) or set(data) - MEMBERS:
        raise not_deserializable("an attachment has unknown members")
    kind = str(data.get("@odata.type", "")).replace("#Microsoft", "#microsoft")
    name = data.get("name")
    if not isinstance(name, str):
        raise not_deserializable("an attachment has no name")
    common: dict[str, Any] = {
        "key": key,
        "name": name,
        "modified": time,
        "inline": data.get("isInline") is True,
    }
    if kind == FILE:
        return _file(data, common)
    if kind == ITEM and _is_outlook_item(data.get("item")):
        return Attachment(
            kind="item", content_type=None, item=data["item"], **common
        )
    raise not_deserializable(f"unknown type of attachment '{kind}'")


def _is_outlook_item(data: Any) -> bool:
    """Tell whether this is an item of a type that can be attached."""
    if not isinstance(data, dict):
        return False
    return str(data.get("@odata.type", "")).removeprefix("#") in ITEMS


def _file(data: dict[str, Any], common: dict[str, Any]) -> Attachment:
    try:
        content = base64.b64decode(data["contentBytes"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise not_deserializable("'contentBytes' is not base64") from error
    kind = data.get("contentType") or "application/octet-stream"
    return Attachment(
        kind="file",
        content_type=str(kind),
        content=content,
        content_id=data.get("contentId"),
        **common,
    )
