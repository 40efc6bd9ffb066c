"""What callers can learn about folders."""

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

import msgspec

from app.gateway.folders import ROOT, FolderGateway
from app.models.answers import Answer, least_fresh
from app.models.context import InMailbox
from app.models.mail import Folder, FolderPage, WellKnown
from app.models.queries import FolderQuery
from app.problems.errors import ExchangeError
from app.problems.graph_failures import GraphMalformedResponse
from app.problems.resources import ItemNotFound
from app.services.folders.trees import Tree

__all__ = ["FolderService"]

# Deeper than any mailbox; ends the walk up a hierarchy that has no top.
_DEEPEST = 100
_MOST_ON_A_PAGE = 100
# Of a hundred folders each; some list may have no end.
_MOST_PAGES = 500


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
        if wanted.depth > 1:
            return await self._list_tree(where, wanted)
        answer = await self._folders.list_folders(where, wanted)
        page = msgspec.json.decode(answer.body, type=FolderPage)
        parts = [answer]
        names = await self.names(where, parts)
        parent = page["items"][0]["parent_id"] if page["items"] else None
        above = await self._path(where, parent, names, parts)
        for folder in page["items"]:
            _complete(folder, names, above)
        return _combined(page, parts)

    async def get_folder(self, where: InMailbox, folder: str) -> Answer:
        """Return a folder (`Folder`) with its name and path."""
        answer = await self._folders.get_folder(where, folder)
        return await self.completed(where, answer)

    async def completed(self, where: InMailbox, answer: Answer) -> Answer:
        """Return Graph's answer about a folder with its name and path."""
        found = msgspec.json.decode(answer.body, type=Folder)
        parts = [answer]
        names = await self.names(where, parts)
        above = await self._path(where, found["parent_id"], names, parts)
        _complete(found, names, above)
        return _combined(found, parts)

    async def names(
        self, where: InMailbox, parts: list[Answer]
    ) -> Mapping[str, str]:
        """Return the names of well-known folders by id, `ROOT` too."""
        answer = await self._folders.well_known_folders(where)
        parts.append(answer)
        ids = msgspec.json.decode(answer.body, type=dict[str, str])
        return {folder: name for name, folder in ids.items()}

    async def lineage(
        self,
        where: InMailbox,
        folder: str | None,
        names: Mapping[str, str],
        parts: list[Answer],
    ) -> Sequence[Folder]:
        """Return a folder and those that it lies in, the top left out."""
        found: list[Folder] = []
        while folder is not None and names.get(folder) != ROOT:
            answer = await self._folders.get_folder(where, folder)
            parts.append(answer)
            found.append(msgspec.json.decode(answer.body, type=Folder))
            folder = found[-1]["parent_id"]
            if len(found) >= _DEEPEST:
                break
        return found

    async def _path(
        self,
        where: InMailbox,
        folder: str | None,
        names: Mapping[str, str],
        parts: list[Answer],
    ) -> str:
        """Return the path of a folder, empty for the top of the mailbox."""
        lineage = await self.lineage(where, folder, names, parts)
        return "".join(f"/{one['name']}" for one in reversed(lineage))

    async def _list_tree(
        self, where: InMailbox, wanted: FolderQuery
    ) -> Answer:
        """Return a page of a tree: each folder, then those in it."""
        place = self._folders.place_in_tree(where, wanted)
        parts: list[Answer] = []
        tree = Tree()
        await self._grow(where, wanted, tree, parts)
        names = await self.names(where, parts)
        parent = tree.top_id
        above = await self._path(where, parent, names, parts)
        for folder, path in tree.walk(above):
            _complete(folder, names, path)
        items, onward = tree.page(place, wanted.limit)
        page: FolderPage = {"items": items, "next_cursor": None}
        if onward is not None:
            page["next_cursor"] = self._folders.cursor_in_tree(
                where, wanted, onward
            )
        return Answer.of(
            page,
            next_cursor=page["next_cursor"],
            delivery=least_fresh(parts),
        )

    async def _grow(
        self,
        where: InMailbox,
        wanted: FolderQuery,
        tree: Tree,
        parts: list[Answer],
    ) -> None:
        """Fill a tree level by level."""
        level = [wanted.parent]
        for depth in range(wanted.depth):
            pages = [_page_of(parent, wanted) for parent in level]
            found: list[Folder] = []
            while pages:
                if len(parts) > _MOST_PAGES:
                    raise GraphMalformedResponse("The folders have no end.")
                answers = await self._folders.list_each(where, pages)
                pages = list(
                    _taken(pages, answers, found, parts, is_top=depth == 0)
                )
            tree.add(found)
            # Whether hidden folders lie in a folder, its count does not say.
            level = [
                folder["id"]
                for folder in found
                if folder["id"] and (folder["child_count"] or wanted.hidden)
            ]


def _page_of(parent: str | None, wanted: FolderQuery) -> FolderQuery:
    return FolderQuery(
        parent=parent, hidden=wanted.hidden, limit=_MOST_ON_A_PAGE
    )


def _taken(
    pages: Sequence[FolderQuery],
    answers: Sequence[Answer | ExchangeError],
    found: list[Folder],
    parts: list[Answer],
    *,
    is_top: bool,
) -> Iterator[FolderQuery]:
    """Take what pages show; yield those that come after them.

    A folder that is gone since it was listed has nothing in it.
    """
    for page, answer in zip(pages, answers, strict=True):
        if isinstance(answer, ItemNotFound) and not is_top:
            continue
        if isinstance(answer, ExchangeError):
            raise answer
        parts.append(answer)
        found += msgspec.json.decode(answer.body, type=FolderPage)["items"]
        if answer.next_cursor is not None:
            yield page.model_copy(update={"cursor": answer.next_cursor})


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
