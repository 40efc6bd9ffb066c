"""A mailbox as tests like to see it."""

from collections.abc import Iterable
from typing import Any

from app.sandbox.graph.render import MessageView
from app.sandbox.prefer import Preferences
from app.sandbox.state.items import Item
from app.sandbox.state.mailbox import Mailbox

__all__ = ["MailboxView"]

Entity = dict[str, Any]
VIEW = MessageView(prefer=Preferences(immutable_ids=True))


class MailboxView:
    """What is in a mailbox now, as Graph's JSON with immutable ids."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.state = mailbox

    @property
    def messages(self) -> list[Entity]:
        """All messages, newest first, without what was purged."""
        return _shown(self.state.visible())

    @property
    def folders(self) -> list[Entity]:
        """All folders; ``key`` is a well-known name or a private one."""
        return [
            {
                "id": folder.id,
                "key": folder.key,
                "displayName": folder.name,
                "parentFolderId": folder.parent,
                "isHidden": folder.hidden,
            }
            for folder in self.state.folders_by_id.values()
        ]

    def inside(self, folder: str) -> list[Entity]:
        """Return the messages in a folder, by its name or id."""
        return _shown(self.state.inside(self.state.any_folder(folder)))

    def sent(self) -> list[Entity]:
        """Return the messages in Sent Items, newest first."""
        return self.inside("sentitems")

    def message(self, item_id: str) -> Entity:
        """Return one message by either kind of id.

        Raises:
            GraphError: when there is none.
        """
        return VIEW.show(self.state.find(item_id))


def _shown(items: Iterable[Item]) -> list[Entity]:
    shown = [VIEW.show(item) for item in items]
    return sorted(shown, key=lambda m: m["receivedDateTime"], reverse=True)
