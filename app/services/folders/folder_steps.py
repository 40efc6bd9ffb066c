"""Single changes of folders, each made once.

A folder keeps its id wherever it is moved, so that it can be looked at before
anything is repeated.
"""

from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from app.clock import Clock
from app.gateway.folders import FolderGateway
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.folders import NewFolder
from app.models.mail import Folder, FolderPage
from app.problems.errors import ExchangeError, Outcome
from app.problems.resources import FolderExists, ItemNotFound
from app.services.doubt import Doubtful
from app.services.once import Attempt

__all__ = ["FolderSteps", "or_back"]


class FolderSteps:
    """Makes, renames, moves and removes folders."""

    def __init__(self, folders: FolderGateway, clock: Clock) -> None:
        self._folders = folders
        self._clock = clock

    async def find(self, where: InMailbox, folder: str) -> Folder | None:
        """Return a folder as it is now, None if Graph says there is none."""
        try:
            answer = await self._folders.look_at_folder(where, folder)
        except ItemNotFound as error:
            if error.is_proof:
                return None
            raise
        return msgspec.json.decode(answer.body, type=Folder)

    async def make(
        self, where: InMailbox, folder: NewFolder, attempt: Attempt
    ) -> Answer:
        """Create a folder (`Folder`), or find what an attempt has left.

        Raises:
            FolderExists: There is one of that name, made by somebody else.
        """

        async def act() -> Answer:
            return await self._folders.create_folder(
                where, folder, attempt.marker
            )

        async def look() -> Answer | None:
            answer = await self._folders.look_up_marker(
                where, folder.parent, attempt.marker
            )
            page = msgspec.json.decode(answer.body, type=FolderPage)
            return Answer.of(page["items"][0]) if page["items"] else None

        try:
            return await Doubtful(act, look).settle(
                self._clock,
                where.context.deadline,
                is_in_doubt=attempt.may_be_done,
            )
        except FolderExists as error:
            # It was looked for, and bears no such marker.
            raise error.with_outcome(Outcome.NOT_PERFORMED) from error

    async def rename(self, where: InMailbox, folder: str, name: str) -> None:
        """Give a folder another name.

        Raises:
            FolderExists: There is one of that name beside it.
        """
        await self._folders.rename_folder(where, folder, name)

    async def move(self, where: InMailbox, folder: str, parent: str) -> None:
        """Put a folder into another.

        Raises:
            FolderExists: There is one of that name.
        """

        def is_done(found: Folder | None) -> bool:
            return found is not None and found["parent_id"] == parent

        act = partial(self._folders.move_folder, where, folder, parent)
        await self._settle(where, folder, act, is_done)

    async def delete(
        self, where: InMailbox, folder: Folder, deleted: str | None
    ) -> None:
        """Move a folder to Deleted Items, or take it out of there.

        Args:
            where: The mailbox.
            folder: The folder as it is.
            deleted: The id of Deleted Items.
        """
        was_deleted = folder["parent_id"] == deleted

        def is_done(found: Folder | None) -> bool:
            if found is None:
                return True
            return found["parent_id"] == deleted and not was_deleted

        act = partial(self._folders.delete_folder, where, folder["id"])
        await self._settle(where, folder["id"], act, is_done)

    async def purge(self, where: InMailbox, folder: str) -> None:
        """Delete a folder for good, with all that is in it."""
        act = partial(self._folders.purge_folder, where, folder)
        await self._settle(where, folder, act, lambda found: found is None)

    async def _settle(
        self,
        where: InMailbox,
        folder: str,
        act: Callable[[], Awaitable[None]],
        is_done: Callable[[Folder | None], bool],
    ) -> None:
        async def acted() -> bool:
            await act()
            return True

        async def look() -> bool | None:
            return is_done(await self.find(where, folder)) or None

        await Doubtful(acted, look).settle(self._clock, where.context.deadline)


async def or_back(
    step: Callable[[], Awaitable[None]], back: Callable[[], Awaitable[None]]
) -> None:
    """Take the second step of two; if that fails, take the first one back.

    Raises:
        ExchangeError: The second failed; unless the first was taken back,
            the outcome is unknown.
    """
    try:
        await step()
    except ExchangeError as error:
        if error.outcome is not Outcome.NOT_PERFORMED:
            raise
        try:
            await back()
        except ExchangeError:
            raise error.with_outcome(Outcome.UNKNOWN) from None
        raise
