"""Upload sessions of Graph's: builds the calls. Decides nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from app.gateway.building import call_in
from app.gateway.calls import GraphCall
from app.gateway.operations import attachments as operations
from app.gateway.operations.entry import Operation
from app.gateway.pipeline import Pipeline
from app.gateway.translation.embedding import session_json
from app.models.answers import Answer
from app.models.attaching import IncomingFile
from app.models.context import InMailbox
from app.problems.graph_failures import GraphMalformedResponse

__all__ = ["UploadGateway", "UploadSession", "is_at"]

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class UploadSession:
    """An open session. Whoever knows its address may write to it."""

    url: str


class UploadGateway:
    """Has Graph open upload sessions, and writes to them.

    Graph names the address to write to. It is used only if it leads to one
    of Outlook's own hosts, whatever else Graph, or who speaks in its name,
    would have us write to.
    """

    def __init__(self, pipeline: Pipeline, hosts: Iterable[str]) -> None:
        """Take the way to Graph.

        Args:
            pipeline: Takes calls to Graph.
            hosts: The origins (RFC 6454) that sessions may lie at.
        """
        self._pipeline = pipeline
        self._hosts = tuple(hosts)

    async def open(
        self, where: InMailbox, message: str, file: IncomingFile
    ) -> UploadSession:
        """Open a session for a file whose size is known.

        Raises:
            GraphMalformedResponse: It would lie elsewhere.
        """
        call = call_in(where, operations.OPEN_UPLOAD, message=message)
        call = replace(call, body=session_json(file))
        answer = await self._pipeline.ask(call)
        found = msgspec.json.decode(answer.body, type=dict[str, str])
        if not any(is_at(found["url"], host) for host in self._hosts):
            raise GraphMalformedResponse(
                "Microsoft Graph gave a link that leads elsewhere."
            )
        return UploadSession(found["url"])

    async def send(
        self,
        where: InMailbox,
        session: UploadSession,
        piece: bytes | memoryview,
        *,
        first: int,
        total: int,
    ) -> int | None:
        """Send a piece; return where the next one begins, None at the end."""
        last = first + len(piece) - 1
        call = replace(
            _call(where, operations.SEND_PIECE, session),
            headers={
                "Content-Range": f"bytes {first}-{last}/{total}",
                "Content-Type": "application/octet-stream",
            },
            body=bytes(piece),
        )
        return _next(await self._pipeline.ask(call))

    async def next_of(
        self, where: InMailbox, session: UploadSession
    ) -> int | None:
        """Return where the next piece begins, None if none is missing."""
        call = _call(where, operations.LOOK_AT_UPLOAD, session)
        return _next(await self._pipeline.ask(call))

    async def end(self, where: InMailbox, session: UploadSession) -> None:
        """Have Graph forget an unfinished session."""
        await self._pipeline.ask(_call(where, operations.END_UPLOAD, session))


def is_at(url: str, origin: str) -> bool:
    """Tell whether a URL lies at an origin, and carries nobody's name."""
    try:
        parts, wanted = urlsplit(url), urlsplit(origin)
        if parts.username is not None or parts.password is not None:
            return False
        return (
            parts.scheme in _PORTS
            and parts.scheme == wanted.scheme
            and parts.hostname == wanted.hostname
            and (parts.port or _PORTS[parts.scheme])
            == (wanted.port or _PORTS[parts.scheme])
        )
    except ValueError:
        return False


def _call(
    where: InMailbox, operation: Operation, session: UploadSession
) -> GraphCall:
    return GraphCall(
        operation=operation,
        context=where.context,
        mailbox=where.mailbox,
        target="",
        elsewhere=session.url,
    )


def _next(answer: Answer) -> int | None:
    found = msgspec.json.decode(answer.body, type=dict[str, int | None])
    return found["next"]
