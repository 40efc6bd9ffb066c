"""What callers attach to drafts."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
)

from app.models.compose import NewAttachment
from app.models.fields import Flag, ItemId, Line

__all__ = [
    "AttachmentToAdd",
    "FileNaming",
    "FileToAdd",
    "IncomingFile",
    "ItemToAdd",
]

_Name = Annotated[Line, Field(min_length=1, max_length=255)]
_Input = ConfigDict(extra="forbid", frozen=True)


class FileToAdd(NewAttachment):
    """A small file, inside of JSON."""

    kind: Literal["file"] = "file"


class ItemToAdd(BaseModel):
    """A message of the same mailbox, to be put into the draft.

    Its subject, people and body go along. What is attached to it does not:
    Graph makes the copy anew from what it is told.
    """

    model_config = _Input

    kind: Literal["item"]
    message_id: ItemId
    name: Annotated[
        _Name | None, Field(description="Its subject without it.")
    ] = None


def _kind(value: object) -> str | None:
    """Tell which of the two is meant, a file if it does not say."""
    if isinstance(value, Mapping):
        kind = value.get("kind", "file")
        return kind if isinstance(kind, str) else None
    return getattr(value, "kind", None)


class AttachmentToAdd(
    RootModel[
        Annotated[
            Annotated[FileToAdd, Tag("file")]
            | Annotated[ItemToAdd, Tag("item")],
            Discriminator(
                _kind,
                custom_error_type="unknown_kind",
                custom_error_message="kind must be file or item",
            ),
        ]
    ]
):
    """What to attach: a small file, or a message."""

    model_config = ConfigDict(frozen=True)


class FileNaming(BaseModel):
    """What a file that is not inside of JSON is called."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True
    )

    name: Annotated[
        _Name | None,
        Field(
            description="Name of the file that the body is; with it, or with"
            " Content-Disposition, the body is taken as it is."
        ),
    ] = None
    is_inline: Annotated[
        Flag, Field(description="Whether the body of the message shows it.")
    ] = False
    content_id: Annotated[
        Annotated[Line, Field(max_length=255)] | None,
        Field(description="By which the body of the message names it."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingFile:
    """A file on its way in, which is never held whole if it is large.

    ``size`` is in bytes, None if nobody knows before the end. ``content``
    can be read once.
    """

    name: str
    content_type: str
    is_inline: bool
    content_id: str | None
    size: int | None
    content: AsyncIterator[bytes]
