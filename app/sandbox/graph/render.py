"""Messages and attachments as Graph shows them."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.sandbox.graph.expand import Expansion, read_expand
from app.sandbox.graph.types import ATTACHMENT, EXTENDED, MESSAGE
from app.sandbox.odata.evaluate import Matcher, compile_filter
from app.sandbox.odata.parser import parse_filter
from app.sandbox.prefer import Preferences
from app.sandbox.state.html import text_to_html, unique_part
from app.sandbox.state.ids import attachment_id
from app.sandbox.state.items import Attachment, Item, Properties
from app.sandbox.wire import bad_query

__all__ = [
    "AttachmentView",
    "MessageView",
    "attachment_view",
    "extended_filter",
    "message_view",
]

Entity = dict[str, Any]
ITEM_CAST = "microsoft.graph.itemAttachment/item"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """How attachments are to be shown: which properties, with items?"""

    select: frozenset[str]
    items: bool

    def show(self, attachment: Attachment, message_id: str) -> Entity:
        """Return an attachment of a message that has this id."""
        shown: Entity = {
            "@odata.type": f"#microsoft.graph.{attachment.kind}Attachment",
            "@odata.mediaContentType": attachment.content_type,
            "id": attachment_id(message_id, attachment.key),
        }
        values = _attachment_properties(attachment)
        shown |= {k: v for k, v in values.items() if k in self.select}
        if attachment.kind == "file" and "contentBytes" in self.select:
            encoded = base64.b64encode(attachment.content)
            shown["contentBytes"] = encoded.decode()
        if self.items and attachment.item is not None:
            shown["item"] = dict(attachment.item)
        return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """How messages are to be shown."""

    prefer: Preferences
    select: frozenset[str] = MESSAGE.defaults
    whole: bool = True
    attachments: AttachmentView | None = None
    extended: Matcher | None = None

    def id_of(self, item: Item) -> str:
        """Return the kind of id the caller prefers."""
        return item.id if self.prefer.immutable_ids else item.mutable_id

    def show(self, item: Item) -> Entity:
        """Return a message."""
        shown: Entity = {"@odata.etag": item.etag, "id": self.id_of(item)}
        if "@odata.type" in item.properties:
            shown["@odata.type"] = item.properties["@odata.type"]
        shown |= self._properties(item)
        if self.attachments is not None:
            shown["attachments"] = [
                self.attachments.show(one, shown["id"])
                for one in item.attachments
            ]
        if self.extended is not None:
            shown |= _extended(item, self.extended)
        return shown

    def _properties(self, item: Item) -> Entity:
        kind = self.prefer.body_type
        special: dict[str, Callable[[], Any]] = {
            "body": lambda: _body(item, kind),
            "uniqueBody": lambda: _unique(_body(item, kind)),
            "internetMessageHeaders": lambda: _headers(item),
        }
        shown = {
            name: special[name]() if name in special else value
            for name, value in item.properties.items()
            if name in self.select or self._derived(name)
        }
        for name in ("uniqueBody", "internetMessageHeaders"):
            if name in self.select:
                shown[name] = special[name]()
        return shown

    def _derived(self, name: str) -> bool:
        """Say whether to show a derived type's property unasked."""
        return (
            self.whole
            and name not in MESSAGE.selectable
            and not name.startswith("@")
        )


def message_view(
    prefer: Preferences, select: str | None = None, expand: str | None = None
) -> MessageView:
    """Return the view that query options and preferences ask for.

    Raises:
        GraphError: 400, for what does not exist.
    """
    attachments, extended = None, None
    known = ("attachments", "singleValueExtendedProperties")
    for expansion in read_expand(expand, *known):
        if expansion.name == "attachments":
            attachments = attachment_view(**expansion.options)
        else:
            extended = extended_filter(expansion)
    return MessageView(
        prefer=prefer,
        select=MESSAGE.select(select),
        whole=select is None,
        attachments=attachments,
        extended=extended,
    )


def attachment_view(
    select: str | None = None, expand: str | None = None, **other: str
) -> AttachmentView:
    """Return the view of attachments that query options ask for.

    Raises:
        GraphError: 400, for what does not exist.
    """
    if other:
        raise bad_query(f"Unsupported options in $expand: {', '.join(other)}.")
    return AttachmentView(
        select=ATTACHMENT.select(select),
        items=bool(read_expand(expand, ITEM_CAST)),
    )


def _body(item: Item, body_type: str | None) -> Properties:
    body: Properties = item.properties["body"]
    if body_type in (None, body["contentType"]):
        return body
    if body_type == "text":
        return {"contentType": "text", "content": item.text}
    return {"contentType": "html", "content": text_to_html(body["content"])}


def _unique(body: Properties) -> Entity:
    return {**body, "content": unique_part(body["content"])}


def _headers(item: Item) -> list[Mapping[str, str]]:
    return [{"name": name, "value": value} for name, value in item.headers]


def extended_filter(expansion: Expansion) -> Matcher:
    """Return which extended properties an expansion asks for.

    Raises:
        GraphError: 400, when it does not say.
    """
    text = expansion.options.get("filter")
    if text is None:
        raise bad_query(
            "Expanding singleValueExtendedProperties needs a $filter."
        )
    return compile_filter(parse_filter(text), EXTENDED)


def _extended(item: Item, wanted: Matcher) -> Entity:
    pairs = [{"id": k, "value": v} for k, v in item.extended.items()]
    found = [pair for pair in pairs if wanted(pair)]
    return {"singleValueExtendedProperties": found} if found else {}


def _attachment_properties(attachment: Attachment) -> Entity:
    values: Entity = {
        "lastModifiedDateTime": attachment.modified,
        "name": attachment.name,
        "contentType": attachment.content_type,
        "size": attachment.size,
        "isInline": attachment.inline,
    }
    if attachment.kind == "file":
        values["contentId"] = attachment.content_id
        values["contentLocation"] = None
    return values
