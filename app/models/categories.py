"""Categories as callers see and send them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from app.models.fields import Line, Partial

__all__ = [
    "CategoryPage",
    "CategoryPatch",
    "Color",
    "MailboxCategory",
    "NewCategory",
]

Color = Literal[
    "none",
    "preset0",
    "preset1",
    "preset2",
    "preset3",
    "preset4",
    "preset5",
    "preset6",
    "preset7",
    "preset8",
    "preset9",
    "preset10",
    "preset11",
    "preset12",
    "preset13",
    "preset14",
    "preset15",
    "preset16",
    "preset17",
    "preset18",
    "preset19",
    "preset20",
    "preset21",
    "preset22",
    "preset23",
    "preset24",
]
_COLOR = Field(
    description="One of 25 colors; which they are, Outlook decides: in its"
    " classic form preset0 is red, preset4 green, preset7 blue."
)


class MailboxCategory(TypedDict):
    """A category of the mailbox's own list.

    Messages, events and contacts bear its name.
    """

    id: str
    name: str
    color: Annotated[Color | Literal["unknown"], _COLOR]
    is_partial: Partial


class CategoryPage(TypedDict):
    """One page of categories, and where the next one starts."""

    items: list[MailboxCategory]
    next_cursor: str | None


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewCategory(_Input):
    """A category to make. Its name cannot be changed afterwards."""

    name: Annotated[
        Line, Field(min_length=1, max_length=255, examples=["Travel"])
    ]
    color: Annotated[Color, _COLOR] = "none"


class CategoryPatch(_Input):
    """A JSON merge patch (RFC 7396) of a category: its color."""

    color: Annotated[Color, _COLOR]
