"""Inbox rules as callers send them."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)

from app.models.compose import Recipient
from app.models.fields import ItemId, Line
from app.models.rules import ActionFlag, Sensitivity

__all__ = ["ActionsInput", "ConditionsInput", "NewRule", "RulePatch"]

_LARGEST = 2**31 - 1

Words = Annotated[
    list[Annotated[Line, Field(min_length=1, max_length=255)]],
    Field(min_length=1, max_length=100),
]
People = Annotated[list[Recipient], Field(min_length=1, max_length=100)]
Kilobytes = Annotated[StrictInt, Field(ge=0, le=_LARGEST)]
Level = Literal["low", "normal", "high"]
FolderName = Annotated[
    ItemId, Field(description="Id or well-known name of a folder.")
]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SizesInput(_Input):
    """Sizes in kilobytes."""

    minimum_size: Kilobytes = 0
    maximum_size: Kilobytes = _LARGEST

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.minimum_size > self.maximum_size:
            raise ValueError("minimum_size is above maximum_size")
        return self


class ConditionsInput(_Input):
    """What a message must be like; null stands for no such condition."""

    body_contains: Words | None = None
    body_or_subject_contains: Words | None = None
    categories: Words | None = None
    from_addresses: People | None = None
    has_attachments: StrictBool | None = None
    header_contains: Words | None = None
    importance: Level | None = None
    is_approval_request: StrictBool | None = None
    is_automatic_forward: StrictBool | None = None
    is_automatic_reply: StrictBool | None = None
    is_encrypted: StrictBool | None = None
    is_meeting_request: StrictBool | None = None
    is_meeting_response: StrictBool | None = None
    is_non_delivery_report: StrictBool | None = None
    is_permission_controlled: StrictBool | None = None
    is_read_receipt: StrictBool | None = None
    is_signed: StrictBool | None = None
    is_voicemail: StrictBool | None = None
    message_action_flag: ActionFlag | None = None
    not_sent_to_me: StrictBool | None = None
    recipient_contains: Words | None = None
    sender_contains: Words | None = None
    sensitivity: Sensitivity | None = None
    sent_cc_me: StrictBool | None = None
    sent_only_to_me: StrictBool | None = None
    sent_to_addresses: People | None = None
    sent_to_me: StrictBool | None = None
    sent_to_or_cc_me: StrictBool | None = None
    subject_contains: Words | None = None
    within_size_range: SizesInput | None = None


class ActionsInput(_Input):
    """What is to be done with a message; null stands for no such action."""

    assign_categories: Words | None = None
    copy_to_folder: FolderName | None = None
    delete: StrictBool | None = None
    forward_as_attachment_to: People | None = None
    forward_to: People | None = None
    mark_as_read: StrictBool | None = None
    mark_importance: Level | None = None
    move_to_folder: FolderName | None = None
    permanent_delete: StrictBool | None = None
    redirect_to: People | None = None
    stop_processing_rules: StrictBool | None = None


Name = Annotated[Line, Field(min_length=1, max_length=255)]
Sequence = Annotated[StrictInt, Field(ge=1, le=_LARGEST)]


class NewRule(_Input):
    """A rule to make. Without conditions it applies to every message."""

    name: Name
    sequence: Sequence = 1
    is_enabled: StrictBool = True
    conditions: ConditionsInput = ConditionsInput()
    exceptions: ConditionsInput = ConditionsInput()
    actions: ActionsInput

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.actions.model_dump(exclude_none=True):
            raise ValueError("at least one action is needed")
        return self


def _as_merge_patch(schema: dict[str, Any]) -> None:
    """Drop the defaults: a client that filled them in would change more."""
    for member in schema["properties"].values():
        member.pop("default", None)
    schema["minProperties"] = 1


class RulePatch(_Input):
    """A JSON merge patch (RFC 7396) of a rule.

    What is left out stays, inside of conditions, exceptions and actions too;
    null clears. A rule needs an action.
    """

    model_config = ConfigDict(json_schema_extra=_as_merge_patch)

    name: Name = "-"
    sequence: Sequence = 1
    is_enabled: StrictBool = True
    conditions: ConditionsInput | None = None
    exceptions: ConditionsInput | None = None
    actions: ActionsInput = ActionsInput()

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("at least one member is needed")
        return self
