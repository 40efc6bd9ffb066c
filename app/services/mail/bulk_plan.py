"""The order of many changes, and what is to be said of each. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Literal

from app.gateway.bulk import Planned
from app.models.bulk import BulkChange, BulkItem
from app.models.mail import Message
from app.problems.callers import CallerUnauthenticated
from app.problems.errors import ExchangeError, Outcome, Reach
from app.problems.resources import ItemNotFound
from app.services.mail.changes import is_deleted
from app.services.part_problems import part_problem

__all__ = ["general", "is_done", "is_gone", "is_open", "told", "waves"]

_REMOVING = {"delete", "purge"}
_OUTCOMES: Mapping[
    Outcome, Literal["not_performed", "performed", "unknown"]
] = {
    Outcome.NOT_PERFORMED: "not_performed",
    Outcome.PERFORMED: "performed",
    Outcome.UNKNOWN: "unknown",
}


def waves(
    changes: Iterable[BulkChange],
) -> Iterator[Sequence[tuple[int, BulkChange]]]:
    """Yield changes that may be made together, with their places.

    Of each message there is one in a wave, so that those of one message are
    made in their order.
    """
    left = list(enumerate(changes))
    while left:
        first: dict[str, tuple[int, BulkChange]] = {}
        later = []
        for place, change in left:
            if change.id in first:
                later.append((place, change))
            else:
                first[change.id] = (place, change)
        yield list(first.values())
        left = later


def is_open(end: ExchangeError | None) -> bool:
    """Tell whether it is open what became of a change."""
    return end is not None and end.outcome is Outcome.UNKNOWN


def is_gone(planned: Planned, end: ExchangeError | None) -> bool:
    """Tell whether a removal found that nothing is left to be removed."""
    is_removal = planned.change.action in _REMOVING
    return is_removal and isinstance(end, ItemNotFound) and end.is_proof


def is_done(
    planned: Planned,
    found: Message | ExchangeError,
    deleted: str | None,
    began: datetime,
) -> bool | None:
    """Tell whether a message shows that its change was made.

    Args:
        planned: The change.
        found: The message as it is now, or why it cannot be seen.
        deleted: The id of Deleted Items, if it is known.
        began: When the change was first asked for.

    Returns:
        None if that cannot be told.
    """
    if isinstance(found, ExchangeError):
        return True if is_gone(planned, found) else None
    if planned.change.action == "move":
        return found["folder_id"] == planned.folder
    if planned.change.action == "delete":
        return is_deleted(found, deleted, began) if deleted else None
    return False


def general(
    ends: Mapping[int, ExchangeError | None],
) -> ExchangeError | None:
    """Return why nothing at all was done, if no message is at fault.

    A mailbox that is not there, or a Graph that is gone, is a problem of the
    request and not of each of its items. So is a user who has to sign in
    again: what is not done then is done by the next request.
    """
    errors = [end for end in ends.values() if end is not None]
    for error in errors:
        if isinstance(error, CallerUnauthenticated):
            return error.with_outcome(_of_all(ends.values()))
    if len(errors) < len(ends) or len({error.code for error in errors}) > 1:
        return None
    is_general = all(
        error.outcome is Outcome.NOT_PERFORMED
        and error.reach is not Reach.REQUEST
        for error in errors
    )
    if not is_general:
        return None
    return max(errors, key=lambda error: error.retry_after or 0.0)


def _of_all(ends: Iterable[ExchangeError | None]) -> Outcome:
    """Return what became of changes as a whole; some may be made."""
    if all(end and end.outcome is Outcome.NOT_PERFORMED for end in ends):
        return Outcome.NOT_PERFORMED
    return Outcome.UNKNOWN


def told(change: BulkChange, end: ExchangeError | None) -> BulkItem:
    """Return what is said of one change."""
    done = HTTPStatus.OK
    if change.action in _REMOVING:
        done = HTTPStatus.NO_CONTENT
    item: BulkItem = {
        "id": change.id,
        "action": change.action,
        "status": int(done),
        "problem": None,
    }
    if end is not None:
        item["status"] = int(end.status)
        item["problem"] = {
            **part_problem(end),
            # What may have been done must not be done again blindly.
            "retryable": end.retryable
            and end.outcome is Outcome.NOT_PERFORMED,
            "outcome": _OUTCOMES[end.outcome],
            "attempts": end.attempts,
        }
    return item
