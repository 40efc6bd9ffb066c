"""Many changes of messages at once."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)
from typing_extensions import TypedDict

from app.models.compose import MarksPatch
from app.models.fields import ItemId
from app.models.overview import PartProblem

__all__ = [
    "BulkAnswer",
    "BulkChange",
    "BulkItem",
    "BulkRequest",
    "ItemProblem",
]

MOST_CHANGES = 100
_ID = "AAkAb1xsFUPzXvWtGc1t920m1z2Jx30prHsdu8wlvr_rV74="
_EXAMPLE: dict[str, Any] = {
    "items": [{"id": _ID, "action": "update", "patch": {"is_read": True}}]
}


class BulkChange(BaseModel):
    """One change of one message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[ItemId, Field(description="Id of a message.")]
    action: Annotated[
        Literal["update", "move", "delete", "purge"],
        Field(
            description="`update` takes a `patch`, `move` a `folder`;"
            " `delete` moves to Deleted Items, `purge` deletes for good."
        ),
    ]
    patch: MarksPatch | None = None
    folder: Annotated[
        ItemId | None,
        Field(description="Id or well-known name of a folder."),
    ] = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        for name, action in (("patch", "update"), ("folder", "move")):
            if (getattr(self, name) is not None) != (self.action == action):
                raise ValueError(f"{name} belongs to {action}, and only there")
        return self


class BulkRequest(BaseModel):
    """Changes of messages."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [_EXAMPLE]},
    )

    items: Annotated[
        list[BulkChange], Field(min_length=1, max_length=MOST_CHANGES)
    ]


class ItemProblem(PartProblem):
    """Why one change of many was not made; as in a problem document."""

    outcome: Literal["not_performed", "performed", "unknown"]
    attempts: int


class BulkItem(TypedDict):
    """What became of one change."""

    id: str
    action: Literal["update", "move", "delete", "purge"]
    status: Annotated[
        int,
        Field(
            description="As the change would have been answered by itself:"
            " 200 or 204, or the status of the problem.",
            examples=[200],
        ),
    ]
    problem: ItemProblem | None


class BulkAnswer(TypedDict):
    """What became of all changes, in the order in which they were asked."""

    items: list[BulkItem]
