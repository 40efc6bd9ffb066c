"""Folders in Graph: builds the calls. Translates; decides nothing."""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from app.gateway.batches import Batch, Group, Part
from app.gateway.building import binding_of, call_in, page_in, target
from app.gateway.calls import GraphCall
from app.gateway.operations import folders as operations
from app.gateway.pipeline import Pipeline
from app.gateway.queries import bears
from app.gateway.translation.folders import GRAPH_NAMES, graph_folder
from app.gateway.translation.writing import destination_json, folder_json
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.folders import NewFolder
from app.models.queries import FolderQuery
from app.problems.errors import ExchangeError

__all__ = ["ROOT", "FolderGateway", "folder_call"]

ROOT = "root"
"""The name by which `well_known_folders` knows the top of the mailbox."""

_GRAPH_ROOT = "msgfolderroot"
_SELECT = (
    "id,displayName,parentFolderId,childFolderCount,unreadItemCount,"
    "totalItemCount,isHidden"
)


class FolderGateway:
    """Reads and changes the folders of a mailbox."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_folders(
        self, where: InMailbox, wanted: FolderQuery
    ) -> Answer:
        """Return a page of folders (`FolderPage`), paths not yet told."""
        call = _list_call(where, wanted)
        return await self._pipeline.ask_page(call, wanted.cursor)

    async def list_each(
        self, where: InMailbox, wanted: Iterable[FolderQuery]
    ) -> Sequence[Answer | ExchangeError]:
        """Return several pages, as `list_folders`, or why there is none.

        They are asked for together; those that need Graph share requests.
        """
        group = Group()

        async def page(one: FolderQuery) -> Answer | ExchangeError:
            call = replace(_list_call(where, one), group=group)
            try:
                return await self._pipeline.ask_page(call, one.cursor)
            except ExchangeError as error:
                return error

        return await asyncio.gather(*(page(one) for one in wanted))

    def place_in_tree(self, where: InMailbox, wanted: FolderQuery) -> str:
        """Return where the page of a tree begins, empty for its start.

        Raises:
            InvalidCursor: The cursor is of another list, or none of ours.
        """
        if wanted.cursor is None:
            return ""
        binding = _tree_binding(where, wanted)
        return self._pipeline.place_at(wanted.cursor, binding)

    def cursor_in_tree(
        self, where: InMailbox, wanted: FolderQuery, place: str
    ) -> str:
        """Return the cursor to a place in a tree."""
        return self._pipeline.cursor_to(place, _tree_binding(where, wanted))

    async def get_folder(self, where: InMailbox, folder: str) -> Answer:
        """Return a folder (`Folder`), its path not yet told."""
        return await self._pipeline.ask(folder_call(where, folder))

    async def look_at_folder(self, where: InMailbox, folder: str) -> Answer:
        """Return a folder (`Folder`) as it is now."""
        call = folder_call(where, folder)
        operation = operations.LOOK_AT_FOLDER
        return await self._pipeline.ask(replace(call, operation=operation))

    async def look_up_marker(
        self, where: InMailbox, parent: str | None, marker: str
    ) -> Answer:
        """Return the folders (`FolderPage`) in another that bear a marker."""
        query = [
            ("$select", _SELECT),
            ("$filter", bears(marker)),
            ("includeHiddenFolders", "true"),
        ]
        return await self._pipeline.ask(
            call_in(
                where,
                operations.LOOK_UP_FOLDER,
                query,
                folder=_graph_parent(parent),
            )
        )

    async def create_folder(
        self, where: InMailbox, folder: NewFolder, marker: str
    ) -> Answer:
        """Create a folder (`Folder`) that bears a marker.

        Raises:
            FolderExists: There is one of that name.
        """
        parent = _graph_parent(folder.parent)
        call = call_in(where, operations.CREATE_FOLDER, folder=parent)
        body = folder_json(folder, marker)
        return await self._pipeline.ask(replace(call, body=body))

    async def rename_folder(
        self, where: InMailbox, folder: str, name: str
    ) -> None:
        """Give a folder another name.

        Raises:
            FolderExists: There is one of that name beside it.
        """
        call = call_in(where, operations.UPDATE_FOLDER, folder=folder)
        body = msgspec.json.encode({"displayName": name})
        await self._pipeline.ask(replace(call, body=body))

    async def move_folder(
        self, where: InMailbox, folder: str, parent: str
    ) -> None:
        """Put a folder into another, by their ids.

        Raises:
            FolderExists: There is one of that name.
        """
        call = call_in(where, operations.MOVE_FOLDER, folder=folder)
        body = destination_json(parent)
        await self._pipeline.ask(replace(call, body=body))

    async def delete_folder(self, where: InMailbox, folder: str) -> None:
        """Move a folder to Deleted Items, or from there out of sight."""
        await self._pipeline.ask(
            call_in(where, operations.DELETE_FOLDER, folder=folder)
        )

    async def purge_folder(self, where: InMailbox, folder: str) -> None:
        """Delete a folder beyond what its owner can recover."""
        await self._pipeline.ask(
            call_in(where, operations.PURGE_FOLDER, folder=folder)
        )

    async def well_known_folders(self, where: InMailbox) -> Answer:
        """Return the ids of well-known folders by our names, and `ROOT`."""
        names = {str(ours): theirs for ours, theirs in GRAPH_NAMES.items()}
        parts = (
            Part(
                name=ours,
                operation=operations.GET_FOLDER,
                target=target(
                    operations.GET_FOLDER,
                    [("$select", "id")],
                    mailbox=where.mailbox,
                    folder=theirs,
                ),
            )
            for ours, theirs in {**names, ROOT: _GRAPH_ROOT}.items()
        )
        call = call_in(where, operations.WELL_KNOWN_FOLDERS)
        return await self._pipeline.ask(replace(call, batch=Batch(*parts)))


def folder_call(where: InMailbox, folder: str) -> GraphCall:
    """Return the call that asks for a folder."""
    return call_in(
        where,
        operations.GET_FOLDER,
        [("$select", _SELECT)],
        folder=graph_folder(folder),
    )


def _list_call(where: InMailbox, wanted: FolderQuery) -> GraphCall:
    query = [("$select", _SELECT), ("$top", str(wanted.limit))]
    if wanted.hidden:
        query.append(("includeHiddenFolders", "true"))
    if wanted.parent is None:
        return page_in(where, operations.LIST_FOLDERS, query)
    return page_in(
        where,
        operations.LIST_CHILD_FOLDERS,
        query,
        folder=graph_folder(wanted.parent),
    )


def _graph_parent(parent: str | None) -> str:
    return _GRAPH_ROOT if parent is None else graph_folder(parent)


def _tree_binding(where: InMailbox, wanted: FolderQuery) -> str:
    asked = wanted.model_dump_json(exclude={"cursor"})
    return binding_of(where.context, "folders.tree", where.asked_as, asked)
