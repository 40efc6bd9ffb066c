"""What callers send to put messages elsewhere."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.models.fields import ItemId

__all__ = ["Destination"]


class Destination(BaseModel):
    """Where a message is to go."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Annotated[
        ItemId,
        Field(
            description="Id or well-known name of a folder.",
            examples=["archive"],
        ),
    ]
