"""Free/busy times in Graph: builds the calls. Translates; decides nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from app.gateway.building import call_in
from app.gateway.operations import scheduling as operations
from app.gateway.pipeline import Pipeline
from app.gateway.translation.scheduling import schedule_json
from app.models.answers import Answer
from app.models.context import InMailbox

__all__ = ["SchedulingGateway"]


class SchedulingGateway:
    """Asks when people and rooms are free."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def schedules(
        self,
        where: InMailbox,
        addresses: Sequence[str],
        window: tuple[datetime, datetime],
        *,
        interval: timedelta,
        zone: str,
    ) -> Answer:
        """Return schedules, times told in an IANA zone.

        The items are those of a `FreeBusy`, with ``error_code`` in place of
        ``problem``. Graph answers for 20 addresses at a time.
        """
        return await self._pipeline.ask(
            replace(
                call_in(where, operations.GET_SCHEDULES),
                body=schedule_json(addresses, *window, interval),
                representation=zone,
            )
        )
