"""Tell when people and rooms are free."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.gateway.scheduling import SchedulingGateway
from app.gateway.translation.times import graph_timestamp
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.overview import PartProblem
from app.models.scheduling import FreeBusy, Schedule
from app.models.scheduling_input import FreeBusyQuery
from app.problems.callers import CallerUnauthenticated
from app.problems.errors import ExchangeError, Outcome, Upstream
from app.problems.graph_codes import graph_error
from app.problems.graph_failures import GraphMalformedResponse
from app.services.part_problems import part_problem

__all__ = ["FreeBusyService"]

# As many as Graph promises to answer for at once
# (https://learn.microsoft.com/graph/outlook-get-free-busy-schedule).
_AT_ONCE = 20


class _Page(msgspec.Struct):
    items: list[dict[str, Any]]


class FreeBusyService:
    """Asks for many schedules, some at a time, and joins the answers."""

    def __init__(self, scheduling: SchedulingGateway) -> None:
        self._scheduling = scheduling

    async def free_busy(
        self, where: InMailbox, wanted: FreeBusyQuery
    ) -> Answer:
        """Return when each of some is free (`FreeBusy`).

        Raises:
            ExchangeError: Nothing can be told of any of them.
        """
        window = (wanted.start, wanted.end)
        content: FreeBusy = {
            "start": graph_timestamp(wanted.start),
            "end": graph_timestamp(wanted.end),
            "interval": f"PT{wanted.interval // timedelta(minutes=1)}M",
            "items": await self.schedules(
                where,
                wanted.addresses,
                window,
                interval=wanted.interval,
                zone=wanted.time_zone,
            ),
        }
        return Answer.of(content)

    async def schedules(
        self,
        where: InMailbox,
        addresses: Sequence[str],
        window: tuple[datetime, datetime],
        *,
        interval: timedelta,
        zone: str,
    ) -> list[Schedule]:
        """Return a schedule for each address, in their order.

        Those of which nothing can be told have a problem instead.

        Raises:
            ExchangeError: That is so for all, for want of any answer.
        """
        chunks = list(_chunks(addresses))

        async def ask(chunk: Sequence[str]) -> Answer | ExchangeError:
            try:
                return await self._scheduling.schedules(
                    where.live(), chunk, window, interval=interval, zone=zone
                )
            except ExchangeError as error:
                # A read leaves nothing open, however it ends.
                return error.with_outcome(Outcome.NOT_PERFORMED)

        answers = await asyncio.gather(*map(ask, chunks))
        errors = [one for one in answers if isinstance(one, ExchangeError)]
        lost = [e for e in errors if isinstance(e, CallerUnauthenticated)]
        if lost or len(errors) == len(chunks):
            raise (lost or errors)[0]
        return [
            schedule
            for chunk, answer in zip(chunks, answers, strict=True)
            for schedule in _told(chunk, answer)
        ]


def _chunks(addresses: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(addresses), _AT_ONCE):
        yield addresses[start : start + _AT_ONCE]


def _told(
    chunk: Sequence[str], answer: Answer | ExchangeError
) -> Iterator[Schedule]:
    """Yield a schedule for each address that was asked for."""
    if isinstance(answer, ExchangeError):
        for address in chunk:
            yield _nothing(address, part_problem(answer))
        return
    page = msgspec.json.decode(answer.body, type=_Page)
    found = {item["address"].lower(): item for item in page.items}
    for address in chunk:
        item = found.get(address.lower())
        if item is None:
            yield _nothing(address, part_problem(_unanswered()))
        elif item["error_code"] is not None:
            error = _refusal(item["error_code"])
            yield _nothing(address, part_problem(error))
        else:
            yield _schedule(address, item)


def _schedule(address: str, item: dict[str, Any]) -> Schedule:
    return {
        "address": address,
        "availability": item["availability"],
        "busy": item["busy"],
        "working_hours": item["working_hours"],
        "problem": None,
        "is_partial": item["is_partial"],
    }


def _nothing(address: str, problem: PartProblem) -> Schedule:
    return {
        "address": address,
        "availability": [],
        "busy": [],
        "working_hours": None,
        "problem": problem,
        "is_partial": False,
    }


def _refusal(code: str) -> ExchangeError:
    """Return what a code of Exchange's in a good answer stands for."""
    error = graph_error(200, Upstream(code=code))
    error.detail = f"Exchange tells nothing of this address ({code})."
    return error


def _unanswered() -> ExchangeError:
    return GraphMalformedResponse("Microsoft Graph left the address out.")
