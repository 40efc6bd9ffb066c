"""What callers can do with settings and automatic replies."""

from app.gateway.settings import SettingsGateway
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.mailbox_settings import NewAutomaticReplies, SettingsPatch
from app.services.conditions import expect_unchanged
from app.services.reading import read_back

__all__ = ["SettingsService"]


class SettingsService:
    """Reads and changes how a mailbox is set up."""

    def __init__(self, settings: SettingsGateway) -> None:
        self._settings = settings

    async def get_settings(self, where: InMailbox) -> Answer:
        """Return the settings of a mailbox (`Settings`)."""
        return await self._settings.get_settings(where)

    async def update_settings(
        self, where: InMailbox, patch: SettingsPatch, etag: str | None
    ) -> Answer:
        """Change settings, if they still have the entity tag; return all.

        Raises:
            PreconditionFailed: They have another one.
        """
        await expect_unchanged(etag, where, self._settings.get_settings)
        await self._settings.update_settings(where, patch)
        return await read_back(where, self._settings.get_settings)

    async def get_automatic_replies(self, where: InMailbox) -> Answer:
        """Return the automatic replies of a mailbox (`AutomaticReplies`)."""
        return await self._settings.get_automatic_replies(where)

    async def put_automatic_replies(
        self, where: InMailbox, replies: NewAutomaticReplies, etag: str | None
    ) -> Answer:
        """Put automatic replies in place of others; return them.

        Raises:
            PreconditionFailed: The others do not have the entity tag.
        """
        read = self._settings.get_automatic_replies
        await expect_unchanged(etag, where, read)
        await self._settings.put_automatic_replies(where, replies)
        return await read_back(where, read)
