"""What callers can do with folders."""

from collections.abc import Mapping
from functools import partial

import msgspec
from msgspec.structs import replace

from app.gateway.folders import ROOT, FolderGateway
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.folders import FolderPatch, NewFolder
from app.models.mail import Folder
from app.problems.errors import ExchangeError, Outcome
from app.problems.resources import Conflict, FolderExists
from app.services.conditions import expect_unchanged
from app.services.folders.folder_steps import FolderSteps, or_back
from app.services.folders.folders import FolderService
from app.services.mail.moves import folder_id
from app.services.once import Attempt, Intent, Once

__all__ = ["FolderChanges"]


class FolderChanges:
    """Creates, renames, moves and deletes folders."""

    def __init__(
        self,
        folders: FolderGateway,
        service: FolderService,
        steps: FolderSteps,
        once: Once,
    ) -> None:
        self._folders = folders
        self._service = service
        self._steps = steps
        self._once = once

    async def create_folder(
        self, where: InMailbox, folder: NewFolder, intent: Intent
    ) -> Answer:
        """Create a folder once; return it (`Folder`).

        Raises:
            FolderExists: There is one of that name, made by somebody else.
        """
        where = where.plain()

        async def work(attempt: Attempt) -> Answer:
            made = await self._steps.make(where, folder, attempt)
            answer = await self._told(where, made)
            created = msgspec.json.decode(made.body, type=Folder)["id"]
            return replace(answer, created=created)

        return await self._once.run(where.context, intent, work)

    async def update_folder(
        self,
        where: InMailbox,
        folder: str,
        patch: FolderPatch,
        etag: str | None,
    ) -> Answer:
        """Rename or move a folder, or both; return it (`Folder`).

        Raises:
            Conflict: It is one of Exchange's own, or would lie in itself.
            FolderExists: There is one of that name.
            PreconditionFailed: It has another entity tag.
        """
        where = where.plain()
        names = await self._service.names(where, [])
        now = await self._owned(where, folder, names, etag)
        parent = await self._new_parent(where, now, patch, names)
        name = patch.name if "name" in patch.model_fields_set else now["name"]
        if parent is not None:
            await self._move(where, now, parent, name)
        elif name != now["name"]:
            await self._steps.rename(where, now["id"], name)
        try:
            done = await self._folders.look_at_folder(where, now["id"])
        except ExchangeError as error:
            raise error.with_outcome(Outcome.PERFORMED) from error
        return await self._told(where, done)

    async def delete_folder(
        self, where: InMailbox, folder: str, etag: str | None
    ) -> None:
        """Move a folder to Deleted Items; from there, out of sight.

        Raises:
            Conflict: It is one of Exchange's own.
            PreconditionFailed: It has another entity tag.
        """
        where = where.plain()
        names = await self._service.names(where, [])
        now = await self._owned(where, folder, names, etag)
        await self._steps.delete(where, now, _id_of(names, "deleted"))

    async def purge_folder(
        self, where: InMailbox, folder: str, etag: str | None
    ) -> None:
        """Delete a folder, with all that is in it, for good.

        Raises:
            Conflict: It is one of Exchange's own.
            PreconditionFailed: It has another entity tag.
        """
        where = where.plain()
        names = await self._service.names(where, [])
        now = await self._owned(where, folder, names, etag)
        await self._steps.purge(where, now["id"])

    async def _owned(
        self,
        where: InMailbox,
        folder: str,
        names: Mapping[str, str],
        etag: str | None,
    ) -> Folder:
        """Return a folder as it is now, which its owner may change."""
        answer = await self._folders.look_at_folder(where, folder)
        found = msgspec.json.decode(answer.body, type=Folder)
        if found["id"] in names:
            name = names[found["id"]]
            raise Conflict(
                f"The folder {name} is Exchange's own: it cannot be renamed,"
                " moved or deleted."
            )
        await expect_unchanged(
            etag, where, lambda live: self._service.get_folder(live, folder)
        )
        return found

    async def _new_parent(
        self,
        where: InMailbox,
        folder: Folder,
        patch: FolderPatch,
        names: Mapping[str, str],
    ) -> str | None:
        """Return the id of where to move a folder, None if it may stay."""
        if "parent" not in patch.model_fields_set:
            return None
        if patch.parent is None:
            parent = _id_of(names, ROOT) or ""
        else:
            parent = await folder_id(self._folders, where, patch.parent)
        if parent == folder["parent_id"]:
            return None
        lineage = await self._service.lineage(where, parent, names, [])
        if any(one["id"] == folder["id"] for one in lineage):
            raise Conflict("A folder cannot lie in itself.")
        return parent

    async def _move(
        self, where: InMailbox, folder: Folder, parent: str, name: str
    ) -> None:
        """Move a folder and rename it, if it is to have another name.

        What is in the way of its old name where it is to lie is not in the
        way of the new one; then it is renamed first.
        """
        move = partial(self._steps.move, where, folder["id"])
        rename = partial(self._steps.rename, where, folder["id"])
        try:
            await move(parent)
        except FolderExists as error:
            is_open = error.outcome is not Outcome.NOT_PERFORMED
            if is_open or name == folder["name"]:
                raise
            await rename(name)
            await or_back(
                partial(move, parent), partial(rename, folder["name"])
            )
            return
        if name != folder["name"]:
            before = folder["parent_id"] or ""
            await or_back(partial(rename, name), partial(move, before))

    async def _told(self, where: InMailbox, answer: Answer) -> Answer:
        """Return what was written, complete; an error tells that it was."""
        try:
            told = await self._service.completed(where, answer)
        except ExchangeError as error:
            raise error.with_outcome(Outcome.PERFORMED) from error
        return replace(told, delivery=None)


def _id_of(names: Mapping[str, str], name: str) -> str | None:
    return next((one for one, known in names.items() if known == name), None)
