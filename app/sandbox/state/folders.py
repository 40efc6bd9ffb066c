"""Folders: the well-known ones and what a folder is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ROOT", "STANDARD", "WELL_KNOWN", "Folder"]

ROOT = "msgfolderroot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder; ``key`` is its well-known name, or a private one.

    ``extended`` are its single-value extended properties by id.
    """

    key: str
    id: str
    name: str
    parent: str | None
    hidden: bool = False
    extended: Mapping[str, str] = field(default_factory=dict)


# key, display name, parent, hidden. The root's own parent is above what
# Graph shows; Recoverable Items lie beside the root, where no list shows them.
STANDARD: tuple[tuple[str, str, str | None, bool], ...] = (
    (ROOT, "Top of Information Store", None, False),
    ("archive", "Archive", ROOT, False),
    ("clutter", "Clutter", ROOT, True),
    ("conflicts", "Conflicts", "syncissues", True),
    ("conversationhistory", "Conversation History", ROOT, True),
    ("deleteditems", "Deleted Items", ROOT, False),
    ("drafts", "Drafts", ROOT, False),
    ("inbox", "Inbox", ROOT, False),
    ("junkemail", "Junk Email", ROOT, False),
    ("localfailures", "Local Failures", "syncissues", True),
    ("outbox", "Outbox", ROOT, False),
    ("recoverableitemsdeletions", "Deletions", None, False),
    ("scheduled", "Scheduled", ROOT, True),
    ("searchfolders", "Search Folders", None, False),
    ("sentitems", "Sent Items", ROOT, False),
    ("serverfailures", "Server Failures", "syncissues", True),
    ("syncissues", "Sync Issues", ROOT, True),
)
WELL_KNOWN = frozenset(key for key, *_ in STANDARD)
