"""Moving and copying in Graph: builds the calls. Decides nothing."""

from msgspec.structs import replace

from app.gateway.building import call_in
from app.gateway.operations import moves as operations
from app.gateway.operations.entry import Operation
from app.gateway.pipeline import Pipeline
from app.gateway.queries import SUMMARY, quoted
from app.gateway.translation.writing import destination_json
from app.models.answers import Answer
from app.models.context import InMailbox

__all__ = ["MoveGateway"]

# More copies of one message than anybody keeps in one folder.
_MOST_COPIES = 100


class MoveGateway:
    """Puts messages into other folders, which are named by their ids."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def move_message(
        self, where: InMailbox, message: str, folder: str
    ) -> Answer:
        """Move a message; return it (`Message`), its id the same."""
        return await self._put(operations.MOVE_MESSAGE, where, message, folder)

    async def copy_message(
        self, where: InMailbox, message: str, folder: str
    ) -> Answer:
        """Copy a message; return the copy (`Message`)."""
        return await self._put(operations.COPY_MESSAGE, where, message, folder)

    async def look_for_copies(
        self, where: InMailbox, internet_message_id: str, folder: str
    ) -> Answer:
        """Return what a folder has of one message (`MessagePage`), now."""
        wanted = f"internetMessageId eq {quoted(internet_message_id)}"
        query = [
            ("$select", SUMMARY),
            ("$top", str(_MOST_COPIES)),
            ("$filter", wanted),
        ]
        operation = operations.LOOK_FOR_COPIES
        return await self._pipeline.ask(
            call_in(where, operation, query, folder=folder)
        )

    async def _put(
        self, operation: Operation, where: InMailbox, message: str, folder: str
    ) -> Answer:
        call = call_in(where, operation, message=message)
        body = destination_json(folder)
        return await self._pipeline.ask(replace(call, body=body))
