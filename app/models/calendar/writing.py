"""What callers send: calendars to make and changes of them."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from app.models.calendar.moments import Input
from app.models.fields import Line

__all__ = ["CalendarInput", "CalendarPatch"]

NewColor = Literal[
    "auto",
    "light_blue",
    "light_green",
    "light_orange",
    "light_gray",
    "light_yellow",
    "light_teal",
    "light_pink",
    "light_brown",
    "light_red",
]
Name = Annotated[Line, Field(min_length=1, max_length=255, pattern=r"\S")]


class CalendarInput(Input):
    """A calendar to make; its name is that of no other in the mailbox."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Conferences", "color": "light_teal"}]
        }
    )

    name: Name
    color: NewColor | None = None


def _as_merge_patch(schema: dict[str, Any]) -> None:
    """Drop the defaults: a client that filled them in would change more."""
    members = schema["properties"]
    for member in members.values():
        member.pop("default", None)
    members["name"].update(members["name"].pop("anyOf")[0])
    schema["minProperties"] = 1
    schema["examples"] = [{"color": "light_red"}]


class CalendarPatch(Input):
    """A JSON merge patch (RFC 7396) of a calendar.

    A color of null is the one that Exchange chooses.
    """

    model_config = ConfigDict(json_schema_extra=_as_merge_patch)

    name: Name | None = None
    color: NewColor | None = None

    @field_validator("name")
    @classmethod
    def _cannot_be_cleared(cls, value: str | None) -> str:
        if value is None:
            raise ValueError("it cannot be cleared")
        return value

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("at least one member is needed")
        return self
