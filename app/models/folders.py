"""What callers send about folders."""

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    model_validator,
)

from app.models.fields import ItemId, Line

__all__ = ["FolderPatch", "NewFolder"]


def _told(value: str) -> str:
    if not value.strip():
        raise ValueError("only spaces")
    return value


FolderName = Annotated[
    Line, Field(min_length=1, max_length=255), AfterValidator(_told)
]
_PARENT = "Id or well-known name of the folder that it is in."


class NewFolder(BaseModel):
    """A folder to make."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"name": "Aurora"}]},
    )

    name: FolderName
    parent: Annotated[
        ItemId | None,
        Field(description=f"{_PARENT} The top of the mailbox without it."),
    ] = None
    is_hidden: Annotated[
        StrictBool, Field(description="For good: it cannot be changed later.")
    ] = False


def _as_merge_patch(schema: dict[str, Any]) -> None:
    """Drop the defaults: a client that filled them in would change more."""
    for member in schema["properties"].values():
        member.pop("default", None)
    schema["minProperties"] = 1
    schema["examples"] = [{"name": "Aurora, done"}]


class FolderPatch(BaseModel):
    """A JSON merge patch (RFC 7396) of a folder; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra=_as_merge_patch
    )

    name: FolderName = ""
    parent: Annotated[
        ItemId | None,
        Field(description=f"{_PARENT} Null is the top of the mailbox."),
    ] = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("at least one member is needed")
        return self
