"""Folders in Graph: builds the calls. Translates; decides nothing."""

from dataclasses import replace

from app.gateway.batches import Batch, Part
from app.gateway.building import call_in, page_in, target
from app.gateway.calls import GraphCall
from app.gateway.operations import mail as operations
from app.gateway.pipeline import Pipeline
from app.gateway.translation.folders import GRAPH_NAMES, graph_folder
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.queries import FolderQuery

__all__ = ["ROOT", "FolderGateway", "folder_call"]

ROOT = "root"
"""The name by which `well_known_folders` knows the top of the mailbox."""

_GRAPH_ROOT = "msgfolderroot"
_SELECT = (
    "id,displayName,parentFolderId,childFolderCount,unreadItemCount,"
    "totalItemCount,isHidden"
)


class FolderGateway:
    """Reads the folders of a mailbox."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_folders(
        self, where: InMailbox, wanted: FolderQuery
    ) -> Answer:
        """Return a page of folders (`FolderPage`), paths not yet told."""
        query = [("$select", _SELECT), ("$top", str(wanted.limit))]
        if wanted.hidden:
            query.append(("includeHiddenFolders", "true"))
        if wanted.parent:
            call = page_in(
                where,
                operations.LIST_CHILD_FOLDERS,
                query,
                folder=graph_folder(wanted.parent),
            )
        else:
            call = page_in(where, operations.LIST_FOLDERS, query)
        return await self._pipeline.ask_page(call, wanted.cursor)

    async def get_folder(self, where: InMailbox, folder: str) -> Answer:
        """Return a folder (`Folder`), its path not yet told."""
        return await self._pipeline.ask(folder_call(where, folder))

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
