"""What callers send: messages to write and changes to make."""

from base64 import b64decode
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    WithJsonSchema,
    model_validator,
)

from app.models.fields import Address, Instant, Line

__all__ = [
    "BodyContent",
    "Categories",
    "Compose",
    "Draft",
    "FlagChange",
    "MarksPatch",
    "MessagePatch",
    "NewAttachment",
    "Recipient",
]

_MOST_RECIPIENTS = 500
_MOST_ATTACHMENTS = 100
_NAME = "[A-Za-z0-9!#$&^_.+-]{1,100}"
_SOMEBODY = "grace@contoso.example"


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Recipient(_Input):
    """Somebody to write to."""

    name: Annotated[Line, Field(max_length=256)] | None = None
    address: Address


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("NUL is not allowed")
    return value


class BodyContent(_Input):
    """The content of a message to write."""

    format: Literal["html", "text"] = "text"
    content: Annotated[str, AfterValidator(_without_nul)]


def _base64(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("expected base64 text")  # noqa: TRY004 - a 422
    try:
        return b64decode(value, validate=True)
    except ValueError:
        raise ValueError("not valid base64") from None


Content = Annotated[
    bytes,
    BeforeValidator(_base64),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]


class NewAttachment(_Input):
    """A file to attach; all of them together under about 3 MB."""

    name: Annotated[Line, Field(min_length=1, max_length=255)]
    content_type: Annotated[
        str,
        Field(pattern=rf"^{_NAME}/{_NAME}$"),
    ] = "application/octet-stream"
    content: Content
    is_inline: StrictBool = False
    content_id: Annotated[Line, Field(max_length=255)] | None = None


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Categories = Annotated[
    list[Annotated[Line, Field(min_length=1, max_length=255)]],
    Field(max_length=25),
    AfterValidator(_distinct),
]
Recipients = Annotated[list[Recipient], Field(max_length=_MOST_RECIPIENTS)]
Subject = Annotated[Line, Field(max_length=2000)]


class Draft(_Input):
    """A message to write."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"subject": "Lunch?"}]}
    )

    to: Recipients = []
    cc: Recipients = []
    bcc: Recipients = []
    reply_to: Recipients = []
    subject: Subject = ""
    body: BodyContent = BodyContent(content="")
    importance: Literal["low", "normal", "high"] = "normal"
    categories: Categories = []
    attachments: Annotated[
        list[NewAttachment], Field(max_length=_MOST_ATTACHMENTS)
    ] = []

    @model_validator(mode="after")
    def _within_the_limit_of_exchange(self) -> Self:
        if len(self.to) + len(self.cc) + len(self.bcc) > _MOST_RECIPIENTS:
            raise ValueError(f"more than {_MOST_RECIPIENTS} recipients")
        return self


class Compose(Draft):
    """A message to write and send."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "to": [{"name": "Grace", "address": _SOMEBODY}],
                    "subject": "Lunch?",
                    "body": {"format": "text", "content": "At noon."},
                }
            ]
        }
    )

    send_at: Annotated[
        Instant | None,
        Field(
            description="When to send it, at most a year ahead; now without"
            " it, or if it is past."
        ),
    ] = None

    @model_validator(mode="after")
    def _goes_to_somebody(self) -> Self:
        if not (self.to or self.cc or self.bcc):
            raise ValueError("at least one recipient in to, cc or bcc")
        return self


class FlagChange(_Input):
    """A follow-up flag to set."""

    status: Literal["none", "flagged", "complete"]
    due_at: Instant | None = None


def _as_merge_patch(schema: dict[str, Any]) -> None:
    """Drop the defaults: a client that filled them in would change more."""
    for member in schema["properties"].values():
        member.pop("default", None)
    schema["minProperties"] = 1
    schema["examples"] = [{"is_read": True}]


class MarksPatch(_Input):
    """What can be changed of any message, by a JSON merge patch (RFC 7396).

    What is left out stays. Null clears a member that may be empty.
    """

    model_config = ConfigDict(json_schema_extra=_as_merge_patch)

    is_read: StrictBool = False
    flag: FlagChange | None = None
    importance: Literal["low", "normal", "high"] | None = None
    categories: Categories | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("at least one member is needed")
        return self


class MessagePatch(MarksPatch):
    """A JSON merge patch (RFC 7396) of a message.

    What is left out stays. Null clears a member that may be empty. Subject,
    body and people can be changed while the message is a draft.
    """

    subject: Subject | None = None
    body: BodyContent = BodyContent(content="")
    to: Recipients | None = None
    cc: Recipients | None = None
    bcc: Recipients | None = None
    reply_to: Recipients | None = None
