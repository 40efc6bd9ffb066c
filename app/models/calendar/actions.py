"""What callers do with events: answer, cancel, forward."""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    field_validator,
)

from app.models.calendar.moments import (
    EventTimeInput,
    Input,
    check_order,
)
from app.models.compose import Recipient

__all__ = ["Cancellation", "Forwarding", "Proposal", "Response"]

_MOST_RECIPIENTS = 500


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("NUL is not allowed")
    return value


Comment = Annotated[
    str, Field(max_length=10_000), AfterValidator(_without_nul)
]


class Proposal(Input):
    """Another time for a meeting."""

    start: EventTimeInput
    end: EventTimeInput

    @field_validator("end")
    @classmethod
    def _comes_after_the_start(
        cls, value: EventTimeInput, info: ValidationInfo
    ) -> EventTimeInput:
        check_order(info.data.get("start"), value)
        return value


class Response(Input):
    """An answer to an invitation."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"response": "accept"}]}
    )

    response: Literal["accept", "tentative", "decline"]
    comment: Comment = ""
    send_response: Annotated[
        StrictBool, Field(description="Whether to tell the organizer.")
    ] = True
    proposed: Annotated[
        Proposal | None,
        Field(
            description="A time that suits better; with `tentative` or"
            " `decline`, and only if the organizer is told."
        ),
    ] = None

    @field_validator("proposed")
    @classmethod
    def _can_be_proposed(
        cls, value: Proposal | None, info: ValidationInfo
    ) -> Proposal | None:
        if value is not None and info.data.get("response") == "accept":
            raise ValueError("who accepts proposes no other time")
        if value is not None and info.data.get("send_response") is False:
            raise ValueError("a proposal is sent to the organizer")
        return value


class Cancellation(Input):
    """What to tell those who were invited."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"comment": "Grace is ill."}]}
    )

    comment: Comment = ""


class Forwarding(Input):
    """Whom to forward an invitation to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"to": [{"address": "grace@contoso.example"}]}]
        }
    )

    to: Annotated[
        list[Recipient], Field(min_length=1, max_length=_MOST_RECIPIENTS)
    ]
    comment: Comment = ""
