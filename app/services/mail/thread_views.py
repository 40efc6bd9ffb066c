"""What a thread looks like, from its messages. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.models.mail import MessageSummary, Person
from app.models.threads import Thread, ThreadDetail

__all__ = ["Scope", "detail_of", "is_newest", "thread_of"]

_MOST_PARTICIPANTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which messages of a thread count for its place in a list.

    Attributes:
        is_partial: Whether there are older ones that were not looked at.
        is_of_folder: Whether only those in the same folder count.
        since: What was received after that came during the walk through the
            list: the thread was not met by it.
    """

    is_partial: bool
    is_of_folder: bool
    since: str


def thread_of(
    thread: str, messages: Sequence[MessageSummary], *, is_partial: bool
) -> Thread:
    """Return a thread. ``messages`` are all of it, the newest first."""
    return {
        "id": thread,
        "subject": messages[-1]["subject"],
        "message_count": len(messages),
        "unread_count": sum(not one["is_read"] for one in messages),
        "has_attachments": any(one["has_attachments"] for one in messages),
        "participants": _participants(messages),
        "last_message": messages[0],
        "is_partial": is_partial,
    }


def detail_of(
    thread: str, messages: Sequence[MessageSummary], *, is_partial: bool
) -> ThreadDetail:
    """Return a thread with its messages, the oldest first."""
    summary = thread_of(thread, messages, is_partial=is_partial)
    return {**summary, "messages": list(reversed(messages))}


def is_newest(
    head: MessageSummary, messages: Sequence[MessageSummary], scope: Scope
) -> bool:
    """Tell whether a message is the one by which its thread is listed.

    Args:
        head: The message.
        messages: Those of its thread, the newest first.
        scope: Which of them count.
    """
    for one in messages:
        is_there = one["folder_id"] == head["folder_id"]
        counts = is_there or not scope.is_of_folder
        if counts and (one["received_at"] or "") <= scope.since:
            return one["id"] == head["id"]
    # All are newer, or the message has been moved or deleted meanwhile.
    return scope.is_partial


def _participants(messages: Sequence[MessageSummary]) -> list[Person]:
    """Return who wrote or received something, in the order they came in."""
    people: dict[str, Person] = {}
    for message in reversed(messages):
        for person in _people(message):
            name = (person["address"] or person["name"] or "").casefold()
            people.setdefault(name, person)
    return list(people.values())[:_MOST_PARTICIPANTS]


def _people(message: MessageSummary) -> Iterator[Person]:
    if message["from"] is not None:
        yield message["from"]
    yield from message["to"]
    yield from message["cc"]
