"""Carry a large file to Graph in pieces, and go on where it broke off.

Pieces are sent one at a time and in order. When it is not known whether one
arrived, the session is asked what it expects next. What was read from the
caller cannot be read again, so that no more is repeated than the last piece.

Source: https://learn.microsoft.com/graph/outlook-large-attachments
"""

from collections.abc import AsyncIterator
from http import HTTPStatus

from app.clock import Clock
from app.gateway.uploads import UploadGateway, UploadSession
from app.models.context import InMailbox
from app.problems.errors import ExchangeError, Outcome
from app.problems.graph_failures import (
    GraphMalformedResponse,
    GraphUnavailable,
)
from app.problems.refusals import MalformedRequest
from app.services.attachments.pieces import pieces

__all__ = ["Upload"]

# Times that a piece is tried again without getting any further, and the
# seconds before each; those that Graph demands come instead if they are more.
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
_GONE = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
)
_OUT_OF_ORDER = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


class Upload:
    """One file on its way through one session.

    Attributes:
        may_be_done: Whether the last byte was sent, so that the file may be
            attached whatever else is known.
    """

    def __init__(
        self,
        uploads: UploadGateway,
        clock: Clock,
        where: InMailbox,
        session: UploadSession,
        total: int,
    ) -> None:
        self._uploads = uploads
        self._clock = clock
        self._where = where
        self._session = session
        self._total = total
        self.may_be_done = False

    async def send_all(self, content: AsyncIterator[bytes]) -> None:
        """Send a file; return when Graph has all of it.

        Raises:
            ExchangeError: It could not be sent. Nothing is attached unless
                it `may_be_done`.
        """
        first = 0
        async for piece in pieces(content):
            first = await self._send(piece, first)
        if first != self._total:
            raise MalformedRequest("The body is not as long as announced.")

    async def _send(self, piece: bytes, first: int) -> int:
        """Send one piece, in parts if need be; return where it ends."""
        at, end, failed = first, first + len(piece), 0
        if end > self._total:
            raise MalformedRequest("The body is longer than announced.")
        self.may_be_done = end == self._total
        while at < end:
            rest = piece if at == first else piece[at - first :]
            try:
                following = await self._uploads.send(
                    self._where,
                    self._session,
                    rest,
                    first=at,
                    total=self._total,
                )
            except ExchangeError as error:
                following = await self._after(error, at, failed)
                failed += 1
            if following is None:
                following = self._total
            if not at <= following <= end:
                raise GraphMalformedResponse(
                    "Microsoft Graph expects another part of the file than"
                    " the one that is left."
                )
            failed = 0 if following > at else failed
            at = following
        return end

    async def _after(
        self, error: ExchangeError, at: int, failed: int
    ) -> int | None:
        """Wait, and find out where to go on after a failure.

        Raises:
            ExchangeError: Going on is of no use, or not possible in time.
        """
        status = error.upstream.status if error.upstream else None
        if status in _GONE:
            raise GraphUnavailable(
                "The upload session has ended before its time."
            ) from error
        is_passing = error.retryable or status == _OUT_OF_ORDER
        if not is_passing or failed >= len(_PAUSES):
            raise error
        pause = max(_PAUSES[failed], error.retry_after or 0.0)
        if pause >= self._where.context.deadline.left():
            raise error
        await self._clock.sleep(pause)
        if error.outcome is Outcome.NOT_PERFORMED and status != _OUT_OF_ORDER:
            return at
        return await self._look(error)

    async def _look(self, doubt: ExchangeError) -> int | None:
        try:
            return await self._uploads.next_of(self._where, self._session)
        except ExchangeError as error:
            raise doubt from error
