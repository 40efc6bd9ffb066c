"""Mail folders: Graph's JSON to ours."""

from app.gateway.translation.result import (
    Translated,
    Translation,
    decode,
    decode_page,
)
from app.gateway.translation.wire import GraphFolder
from app.models.mail import Folder, WellKnown
from app.problems.resources import ItemNotFound

__all__ = ["GRAPH_NAMES", "folder", "folders", "graph_folder"]

GRAPH_NAMES: dict[WellKnown, str] = {
    "inbox": "inbox",
    "drafts": "drafts",
    "sent": "sentitems",
    "deleted": "deleteditems",
    "archive": "archive",
    "junk": "junkemail",
    "outbox": "outbox",
}
"""Our names of well-known folders, and Graph's.

Source: https://learn.microsoft.com/graph/api/resources/mailfolder
"""

# Ids are much longer than any name, and never of letters alone.
_SHORTEST_ID = 40


def graph_folder(name: str) -> str:
    """Return what Graph calls a folder that a caller named.

    Raises:
        ItemNotFound: It is a name that only Graph would know; there are
            folders behind some of those that are nobody's mail.
    """
    for ours, theirs in GRAPH_NAMES.items():
        if ours == name:
            return theirs
    if name.isalpha() and len(name) < _SHORTEST_ID:
        raise ItemNotFound(resource="folder")
    return name


def folders(body: bytes, about: Translation) -> Translated:
    """Translate a page of folders; what is well known is yet to be told."""
    return decode_page(body, GraphFolder).translated(_folder, about)


def folder(body: bytes, _about: Translation) -> Translated:
    """Translate one folder; what is well known is yet to be told."""
    return Translated(content=_folder(decode(body, GraphFolder)))


def _folder(item: GraphFolder) -> Folder:
    return {
        "id": item.id,
        "parent_id": item.parent_folder_id,
        "name": item.display_name or "",
        "well_known": None,
        "unread_count": item.unread_item_count or 0,
        "total_count": item.total_item_count or 0,
        "child_count": item.child_folder_count or 0,
        "is_hidden": bool(item.is_hidden),
        "path": f"/{item.display_name or ''}",
        "is_partial": False,
    }
