"""What callers can do with messages and folders together.

A message keeps its immutable id wherever it is moved, so that it can be
looked at before it is moved again. A copy has another id; what lay in the
folder before is noted, and what is there afterwards compared with it.

Source: https://learn.microsoft.com/graph/outlook-immutable-id
"""

from collections.abc import Set as AbstractSet
from typing import get_args

import msgspec
from msgspec.structs import replace

from app.clock import Clock
from app.gateway.folders import FolderGateway
from app.gateway.mail import MailGateway
from app.gateway.moves import MoveGateway
from app.gateway.translation.folders import graph_folder
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.mail import (
    Message,
    MessagePage,
    MessageSummary,
    WellKnown,
)
from app.models.moves import Destination
from app.problems.errors import Outcome
from app.problems.failures import DeadlineExceeded
from app.problems.resources import ItemNotFound
from app.services.doubt import Doubtful
from app.services.once import Attempt, Intent, Once
from app.services.reading import read_back

__all__ = ["MoveService", "folder_id"]


class MoveService:
    """Moves and copies messages, each once."""

    def __init__(
        self,
        moves: MoveGateway,
        mail: MailGateway,
        folders: FolderGateway,
        *,
        once: Once,
        clock: Clock,
    ) -> None:
        self._moves = moves
        self._mail = mail
        self._folders = folders
        self._once = once
        self._clock = clock

    async def move_message(
        self, where: InMailbox, message: str, to: Destination, intent: Intent
    ) -> Answer:
        """Move a message once; return it (`Message`)."""
        where = where.plain()

        async def work(attempt: Attempt) -> Answer:
            await self._move(where, message, to.folder, attempt)
            return await read_back(where, self._mail.get_message, message)

        return await self._once.run(where.context, intent, work)

    async def copy_message(
        self, where: InMailbox, message: str, to: Destination, intent: Intent
    ) -> Answer:
        """Copy a message once; return the copy (`Message`)."""
        where = where.plain()

        async def work(attempt: Attempt) -> Answer:
            made = await self._copy(where, message, to.folder, attempt)
            answer = await read_back(where, self._mail.get_message, made)
            return replace(answer, created=made)

        return await self._once.run(where.context, intent, work, is_noted=True)

    async def _move(
        self, where: InMailbox, message: str, folder: str, attempt: Attempt
    ) -> None:
        target = await folder_id(self._folders, where, folder)

        async def act() -> bool:
            await self._moves.move_message(where, message, target)
            return True

        async def look() -> bool | None:
            answer = await self._mail.look_at_message(where, message)
            found = msgspec.json.decode(answer.body, type=Message)
            return found["folder_id"] == target or None

        await Doubtful(act, look).settle(
            self._clock,
            where.context.deadline,
            is_in_doubt=attempt.may_be_done,
        )

    async def _copy(
        self, where: InMailbox, message: str, folder: str, attempt: Attempt
    ) -> str:
        """Return the id of a copy, made now or by an earlier attempt."""
        target = await folder_id(self._folders, where, folder)
        answer = await self._mail.look_at_message(where, message)
        found = msgspec.json.decode(answer.body, type=Message)

        async def act() -> str:
            answer = await self._moves.copy_message(where, message, target)
            return msgspec.json.decode(answer.body, type=Message)["id"]

        identity = found["internet_message_id"]
        if not attempt.may_be_done:
            there = await self._copies(where, identity, target)
            await attempt.note(there=[copy["id"] for copy in there])
        known = {found["id"], *attempt.notes["there"]}

        async def look() -> str | None:
            if identity is None:
                # It cannot be looked for: a doubt stays one.
                raise DeadlineExceeded(outcome=Outcome.UNKNOWN)
            there = await self._copies(where, identity, target)
            return _newest(there, known)

        return await Doubtful(act, look).settle(
            self._clock,
            where.context.deadline,
            is_in_doubt=attempt.may_be_done,
        )

    async def _copies(
        self, where: InMailbox, identity: str | None, folder: str
    ) -> list[MessageSummary]:
        if identity is None:
            return []
        answer = await self._moves.look_for_copies(where, identity, folder)
        return msgspec.json.decode(answer.body, type=MessagePage)["items"]


async def folder_id(
    folders: FolderGateway, where: InMailbox, folder: str
) -> str:
    """Return the id of a folder that may be named by its well-known name.

    Raises:
        ItemNotFound: The mailbox has none of that name.
    """
    if folder not in get_args(WellKnown):
        return graph_folder(folder)
    answer = await folders.well_known_folders(where)
    ids = msgspec.json.decode(answer.body, type=dict[str, str])
    if folder not in ids:
        raise ItemNotFound(resource="folder")
    return ids[folder]


def _newest(
    there: list[MessageSummary], known: AbstractSet[str]
) -> str | None:
    """Return the copy that was made last, None if there is no new one."""
    new = [
        (copy["modified_at"] or "", copy["id"])
        for copy in there
        if copy["id"] not in known
    ]
    return max(new)[1] if new else None
