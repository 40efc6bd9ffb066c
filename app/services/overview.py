"""What callers can learn about a mailbox at a glance."""

from collections.abc import Callable
from typing import Any

import msgspec

from app.gateway.overview import OverviewGateway
from app.models.answers import Answer, least_fresh
from app.models.context import InMailbox
from app.models.mail import Folder, MessagePage, MessageSummary
from app.models.mailboxes import Mailbox
from app.models.overview import Counts, PartStatus
from app.problems.errors import ExchangeError
from app.problems.refusals import CallerForbidden
from app.problems.resources import NotFound
from app.services.part_problems import part_problem

__all__ = ["OverviewService"]

_NEWEST = 10


class OverviewService:
    """Tells what is there of a mailbox, whatever else is not."""

    def __init__(self, gateway: OverviewGateway) -> None:
        self._gateway = gateway

    async def get_overview(self, where: InMailbox) -> Answer:
        """Return an overview (`Overview`), as fresh as its oldest part.

        Raises:
            NotFound: There is no such mailbox, as far as any part knows.
            CallerForbidden: None of it may be seen.
        """
        parts = await self._gateway.look(where, _NEWEST)
        there = [part for part in parts.values() if isinstance(part, Answer)]
        _raise_if_no_mailbox(list(parts.values()))
        content = {
            name: _part(part, _CONTENT.get(name, _counts))
            for name, part in parts.items()
        }
        return Answer.of(content, delivery=least_fresh(there))


def _mailbox(body: bytes) -> Mailbox:
    return msgspec.json.decode(body, type=Mailbox)


def _counts(body: bytes) -> Counts:
    folder = msgspec.json.decode(body, type=Folder)
    return {
        "unread_count": folder["unread_count"],
        "total_count": folder["total_count"],
    }


def _messages(body: bytes) -> list[MessageSummary]:
    return msgspec.json.decode(body, type=MessagePage)["items"]


_CONTENT: dict[str, Callable[[bytes], Any]] = {
    "mailbox": _mailbox,
    "recent_messages": _messages,
}


def _part(
    part: Answer | ExchangeError, read: Callable[[bytes], Any]
) -> dict[str, Any]:
    if isinstance(part, ExchangeError):
        return {
            "status": "unavailable",
            "data": None,
            "problem": part_problem(part),
        }
    is_stale = part.delivery is not None and part.delivery.stale
    status: PartStatus = "stale" if is_stale else "ok"
    return {"status": status, "data": read(part.body), "problem": None}


def _raise_if_no_mailbox(parts: list[Answer | ExchangeError]) -> None:
    """Fail as a whole if every part says that there is nothing to see."""
    errors = [p for p in parts if isinstance(p, NotFound | CallerForbidden)]
    if len(errors) == len(parts):
        raise errors[0]
