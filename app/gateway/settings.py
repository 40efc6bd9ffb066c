"""Settings in Graph: builds the calls. Translates; decides nothing."""

from msgspec.structs import replace

from app.gateway.building import call_in
from app.gateway.calls import GraphCall
from app.gateway.operations import settings as operations
from app.gateway.pipeline import Pipeline
from app.gateway.translation.settings import (
    automatic_replies_json,
    settings_json,
)
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.mailbox_settings import NewAutomaticReplies, SettingsPatch

__all__ = ["SettingsGateway", "automatic_replies_call"]


class SettingsGateway:
    """Reads and changes the settings of a mailbox."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def get_settings(self, where: InMailbox) -> Answer:
        """Return the settings of a mailbox (`Settings`)."""
        return await self._pipeline.ask(
            call_in(where, operations.GET_SETTINGS)
        )

    async def update_settings(
        self, where: InMailbox, patch: SettingsPatch
    ) -> None:
        """Change settings of a mailbox."""
        await self._update(where, settings_json(patch))

    async def get_automatic_replies(self, where: InMailbox) -> Answer:
        """Return the automatic replies of a mailbox (`AutomaticReplies`)."""
        return await self._pipeline.ask(automatic_replies_call(where))

    async def put_automatic_replies(
        self, where: InMailbox, replies: NewAutomaticReplies
    ) -> None:
        """Put automatic replies in place."""
        await self._update(where, automatic_replies_json(replies))

    async def _update(self, where: InMailbox, body: bytes) -> None:
        call = call_in(where, operations.UPDATE_SETTINGS)
        await self._pipeline.ask(replace(call, body=body))


def automatic_replies_call(where: InMailbox) -> GraphCall:
    """Return the call that asks for automatic replies."""
    return call_in(where, operations.GET_AUTOMATIC_REPLIES)
