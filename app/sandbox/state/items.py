"""Messages and attachments as they are stored.

Nothing here is ever changed in place: a change makes a new item. So the
sandboxes of a process can share the seeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.sandbox.state.html import html_to_text, preview

__all__ = ["Attachment", "Item", "Properties", "body_text"]

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file, an item or a reference; ``item`` is an item's properties."""

    key: str
    kind: str
    name: str
    content_type: str | None
    modified: str
    content: bytes | bytearray = b""
    inline: bool = False
    content_id: str | None = None
    item: Properties | None = None

    @property
    def size(self) -> int:
        """The size that Exchange states: the content and its wrapping."""
        return len(self.content) + 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A message.

    ``properties`` are Graph's, complete but for the id, in Graph's form;
    ``text`` is the body as plain text; ``extended`` are the single-value
    extended properties by id.
    """

    key: str
    id: str
    mutable_id: str
    folder: str
    properties: Properties
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    extended: Mapping[str, str] = field(default_factory=dict)
    moves: int = 0
    version: int = 1

    @property
    def etag(self) -> str:
        """The entity tag: a quoted change key."""
        return f'W/"{self.properties["changeKey"]}"'

    @property
    def facts(self) -> Properties:
        """What filters look at: the properties and the extended ones."""
        if not self.extended:
            return self.properties
        pairs = [{"id": k, "value": v} for k, v in self.extended.items()]
        return {**self.properties, "singleValueExtendedProperties": pairs}

    def changed(self, properties: Properties) -> "Item":
        """Return this item with some properties changed."""
        merged = {**self.properties, **properties}
        if "body" in properties:
            text = body_text(merged["body"])
            merged["bodyPreview"] = preview(text)
            return replace(self, properties=merged, text=text)
        return replace(self, properties=merged)


def body_text(body: Properties) -> str:
    """Return the plain text of a body."""
    content = str(body["content"])
    if body["contentType"] == "html":
        return html_to_text(content)
    return content
