"""What callers can do with folders."""

from collections.abc import Mapping, Sequence
from typing import get_args

import msgspec

from app.gateway.folders import ROOT, FolderGateway
from app.models.answers import Answer, least_fresh
from app.models.context import InMailbox
from app.models.mail import Folder, FolderPage, WellKnown
from app.models.queries import FolderQuery

__all__ = ["FolderService"]

# Deeper than any mailbox; ends the walk up a hierarchy that has no top.
_DEEPEST = 100


class FolderService:
    """Tells folders with what Graph does not tell with them.

    Which folders are well known has to be asked for separately, and where a
    folder stands is found by walking up. Both are answered from the cache as
    a rule.
    """

    def __init__(self, folders: FolderGateway) -> None:
        self._folders = folders

    async def list_folders(
        self, where: InMailbox, wanted: FolderQuery
    ) -> Answer:
        """Return a page of folders (`FolderPage`) with names and paths."""
        answer = await self._folders.list_folders(where, wanted)
        page = msgspec.json.decode(answer.body, type=FolderPage)
        parts = [answer]
        names = await self._well_known(where, parts)
        parent = page["items"][0]["parent_id"] if page["items"] else None
        above = await self._path(where, parent, names, parts)
        for folder in page["items"]:
            _complete(folder, names, above)
        return _combined(page, parts)

    async def get_folder(self, where: InMailbox, folder: str) -> Answer:
        """Return a folder (`Folder`) with its name and path."""
        answer = await self._folders.get_folder(where, folder)
        found = msgspec.json.decode(answer.body, type=Folder)
        parts = [answer]
        names = await self._well_known(where, parts)
        above = await self._path(where, found["parent_id"], names, parts)
        _complete(found, names, above)
        return _combined(found, parts)

    async def _well_known(
        self, where: InMailbox, parts: list[Answer]
    ) -> Mapping[str, str]:
        """Return the names of well-known folders by id."""
        answer = await self._folders.well_known_folders(where)
        parts.append(answer)
        ids = msgspec.json.decode(answer.body, type=dict[str, str])
        return {folder: name for name, folder in ids.items()}

    async def _path(
        self,
        where: InMailbox,
        folder: str | None,
        names: Mapping[str, str],
        parts: list[Answer],
    ) -> str:
        """Return the path of a folder, empty for the top of the mailbox."""
        path = ""
        for _ in range(_DEEPEST):
            if folder is None or names.get(folder) == ROOT:
                break
            answer = await self._folders.get_folder(where, folder)
            parts.append(answer)
            found = msgspec.json.decode(answer.body, type=Folder)
            path = f"/{found['name']}{path}"
            folder = found["parent_id"]
        return path


def _complete(folder: Folder, names: Mapping[str, str], above: str) -> None:
    name = names.get(folder["id"])
    folder["well_known"] = next(
        (known for known in get_args(WellKnown) if known == name), None
    )
    folder["path"] = f"{above}/{folder['name']}"


def _combined(content: Folder | FolderPage, parts: Sequence[Answer]) -> Answer:
    """Return an answer that is as fresh as the least fresh of its parts."""
    return Answer.of(
        content,
        next_cursor=parts[0].next_cursor,
        delivery=least_fresh(parts),
    )
