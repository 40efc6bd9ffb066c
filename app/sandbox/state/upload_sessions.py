"""Files on their way in, in pieces."""

from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_urlsafe

from app.sandbox.state.directory import User

__all__ = ["UploadSession", "UploadSessions"]


@dataclass(slots=True, kw_only=True)
class UploadSession:
    """One file that is being attached to an item.

    ``token`` is what its URL has in place of credentials. What has come in
    is kept once: it becomes the attachment's content as it is.
    """

    id: str
    token: str
    app: str
    owner: User
    item: str
    name: str
    size: int
    content_type: str | None
    inline: bool
    content_id: str | None
    expires: datetime
    content: bytearray = field(default_factory=bytearray)


class UploadSessions:
    """The sessions that are open."""

    def __init__(self) -> None:
        self._open: dict[str, UploadSession] = {}

    def add(self, session: UploadSession) -> None:
        """Open a session."""
        self._open[session.id] = session

    def find(self, session_id: str, now: datetime) -> UploadSession | None:
        """Return an open session that has not expired."""
        found = self._open.get(session_id)
        return found if found is not None and now < found.expires else None

    def remove(self, session: UploadSession) -> None:
        """End a session, finished or not."""
        self._open.pop(session.id, None)

    def __len__(self) -> int:
        """Count the sessions that were neither finished nor ended."""
        return len(self._open)

    @staticmethod
    def new_secret() -> str:
        """Return what nobody can guess."""
        return token_urlsafe(24)
