"""Answering and forwarding messages."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    model_validator,
)
from typing_extensions import TypedDict

from app.models.compose import BodyContent, Recipients, Subject

__all__ = ["Forward", "Quoted", "Reply", "ReplyDraft", "ReplyKind"]

ReplyKind = Literal["reply", "reply-all", "forward"]
_EXAMPLE: dict[str, Any] = {
    "send": True,
    "body": {"format": "text", "content": "Agreed, let us do that."},
}
_SOMEBODY: dict[str, Any] = {
    "name": "Grace",
    "address": "grace@contoso.example",
}


class Reply(BaseModel):
    """An answer to a message."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [_EXAMPLE]},
    )

    send: Annotated[
        StrictBool,
        Field(description="Send it now, or keep it in Drafts."),
    ]
    body: Annotated[
        BodyContent,
        Field(description="Stands above the message, which is quoted."),
    ] = BodyContent(content="")
    to: Annotated[
        Recipients, Field(description="Beside those who are answered.")
    ] = []
    cc: Recipients = []
    bcc: Recipients = []
    subject: Annotated[
        Subject | None,
        Field(description="In place of the old one after `RE:` or `FW:`."),
    ] = None
    importance: Literal["low", "normal", "high"] | None = None


class Forward(Reply):
    """A message to pass on, with what is attached to it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, "to": [_SOMEBODY]}]}
    )

    to: Recipients = []

    @model_validator(mode="after")
    def _goes_to_somebody(self) -> Self:
        if self.send and not (self.to or self.cc or self.bcc):
            raise ValueError("at least one recipient in to, cc or bcc")
        return self


class Quoted(TypedDict):
    """The body of a draft that quotes, as it is: not made safe to show."""

    format: Literal["html", "text"]
    content: str


class ReplyDraft(TypedDict):
    """A draft that is being written; for use inside only.

    ``is_written`` tells whether it has what the caller wrote.
    """

    id: str
    is_draft: bool
    is_written: bool
    to: list[dict[str, Any]]
    cc: list[dict[str, Any]]
    bcc: list[dict[str, Any]]
    body: Quoted
