"""Messages about meetings: invitations, cancellations, answers."""

from typing import Any

from app.sandbox.graph.context import Context
from app.sandbox.state.calendar_events import Instance
from app.sandbox.state.calendar_times import zoned
from app.sandbox.state.directory import User

__all__ = ["announce", "answer_notice"]

PREFIXES = {
    "meetingCancelled": "Canceled: ",
    "meetingAccepted": "Accepted: ",
    "meetingTenativelyAccepted": "Tentative: ",
    "meetingDeclined": "Declined: ",
}
# The last but one is spelt as Graph spells it.
ANSWERS = {
    "accepted": "meetingAccepted",
    "tentativelyAccepted": "meetingTenativelyAccepted",
    "declined": "meetingDeclined",
}


def announce(
    context: Context, reader: User, shown: Instance, request: str | None
) -> None:
    """Put an invitation, or without a ``request`` its end, into an inbox."""
    meeting = "meetingRequest" if request else "meetingCancelled"
    properties: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.eventMessageRequest"
        if request
        else "#microsoft.graph.eventMessage",
        "from": shown.properties["organizer"],
        "meetingMessageType": meeting,
    }
    if request:
        properties |= {
            "meetingRequestType": request,
            "responseRequested": shown.properties["responseRequested"],
            "allowNewTimeProposals": shown.properties["allowNewTimeProposals"],
            "previousLocation": None,
            "previousStartDateTime": None,
            "previousEndDateTime": None,
        }
    _post(context, reader, shown, properties)


def answer_notice(
    context: Context,
    people: tuple[User, User],
    shown: Instance,
    answer: dict[str, Any],
) -> None:
    """Tell the second of two, the organizer, what the first answered."""
    who, organizer = people
    properties = {
        "@odata.type": "#microsoft.graph.eventMessageResponse",
        "from": _named(who),
        "meetingMessageType": ANSWERS[answer["response"]],
        "responseType": answer["response"],
        "proposedNewTime": answer.get("proposedNewTime"),
        "body": {"contentType": "text", "content": answer["comment"]},
    }
    _post(context, organizer, shown, properties)


def _post(
    context: Context,
    reader: User,
    shown: Instance,
    properties: dict[str, Any],
) -> None:
    mailbox = context.world.mailbox(reader)
    prefix = PREFIXES.get(properties["meetingMessageType"], "")
    subject = str(shown.properties["subject"]).removeprefix(
        PREFIXES["meetingCancelled"]
    )
    mailbox.create(
        {
            "body": shown.properties["body"],
            **_times(shown),
            **properties,
            "sender": properties["from"],
            "subject": f"{prefix}{subject}",
            "toRecipients": [_named(reader)],
        },
        folder=mailbox.folder("inbox"),
        now=context.now,
    )


def _named(user: User) -> dict[str, Any]:
    name = user.properties["displayName"]
    return {"emailAddress": {"name": name, "address": user.address}}


def _times(shown: Instance) -> dict[str, Any]:
    seen = shown.when.seen_from("UTC")
    rule = shown.event.recurrence if shown.day is None else None
    return {
        "type": shown.kind,
        "isAllDay": shown.when.all_day,
        "isOutOfDate": False,
        "isDelegated": False,
        "startDateTime": zoned(seen.start, "UTC"),
        "endDateTime": zoned(seen.end, "UTC"),
        "location": shown.properties["location"],
        "recurrence": rule and {"pattern": rule.pattern, "range": rule.range},
    }
