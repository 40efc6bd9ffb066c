"""Inbox rules as callers see them."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.models.fields import Partial
from app.models.mail import Importance, Person

__all__ = [
    "ActionFlag",
    "Rule",
    "RuleActions",
    "RuleConditions",
    "RulePage",
    "Sensitivity",
    "SizeRange",
]

Sensitivity = Literal["normal", "personal", "private", "confidential"]
ActionFlag = Literal[
    "any",
    "call",
    "do_not_forward",
    "follow_up",
    "fyi",
    "forward",
    "no_response_necessary",
    "read",
    "reply",
    "reply_to_all",
    "review",
]


class SizeRange(TypedDict):
    """Sizes in kilobytes."""

    minimum_size: int | None
    maximum_size: int | None


class RuleConditions(TypedDict, total=False):
    """What a message must be like; of lists, one entry must fit.

    Only what counts is there.
    """

    body_contains: list[str]
    body_or_subject_contains: list[str]
    categories: list[str]
    from_addresses: list[Person]
    has_attachments: bool
    header_contains: list[str]
    importance: Importance
    is_approval_request: bool
    is_automatic_forward: bool
    is_automatic_reply: bool
    is_encrypted: bool
    is_meeting_request: bool
    is_meeting_response: bool
    is_non_delivery_report: bool
    is_permission_controlled: bool
    is_read_receipt: bool
    is_signed: bool
    is_voicemail: bool
    message_action_flag: ActionFlag | Literal["unknown"]
    not_sent_to_me: bool
    recipient_contains: list[str]
    sender_contains: list[str]
    sensitivity: Sensitivity | Literal["unknown"]
    sent_cc_me: bool
    sent_only_to_me: bool
    sent_to_addresses: list[Person]
    sent_to_me: bool
    sent_to_or_cc_me: bool
    subject_contains: list[str]
    within_size_range: SizeRange


class RuleActions(TypedDict, total=False):
    """What is done with a message. Only what is to be done is there."""

    assign_categories: list[str]
    copy_to_folder: Annotated[str, Field(description="Id of a folder.")]
    delete: bool
    forward_as_attachment_to: list[Person]
    forward_to: list[Person]
    mark_as_read: bool
    mark_importance: Importance
    move_to_folder: Annotated[str, Field(description="Id of a folder.")]
    permanent_delete: bool
    redirect_to: list[Person]
    stop_processing_rules: bool


class Rule(TypedDict):
    """A rule that is applied to what comes into the inbox.

    One that is read-only was made in Outlook of what Graph does not know; it
    may show neither conditions nor actions.
    """

    id: str
    name: str
    sequence: Annotated[int, Field(description="Lower ones come first.")]
    is_enabled: bool
    is_read_only: bool
    has_error: bool
    conditions: RuleConditions
    exceptions: RuleConditions
    actions: RuleActions
    unrecognized: Annotated[
        list[str],
        Field(
            description="What Exchange has in it beside that, by its own"
            " names; changes leave it as it is.",
            examples=[["conditions.someNewPredicate"]],
        ),
    ]
    is_partial: Partial


class RulePage(TypedDict):
    """One page of rules, and where the next one starts."""

    items: list[Rule]
    next_cursor: str | None
