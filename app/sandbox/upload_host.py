"""The host that takes the bytes of large attachments.

Whoever has the URL may write to it: it knows no tokens of Entra ID, and
refuses requests that bring one. Names in its JSON are capitalized.

Source: https://learn.microsoft.com/graph/outlook-large-attachments
"""

import re
from collections.abc import Callable
from dataclasses import replace
from hmac import compare_digest

from app.sandbox.calls import Call, Ticket, kept_headers
from app.sandbox.clock import stamp
from app.sandbox.graph.attachments import put_attachments
from app.sandbox.graph.bodies import MAX_BODY
from app.sandbox.graph.upload_sessions import precise
from app.sandbox.memory import Memory
from app.sandbox.request import Request
from app.sandbox.state.ids import attachment_id
from app.sandbox.state.items import Attachment
from app.sandbox.state.upload_sessions import UploadSession
from app.sandbox.strike import retry_seconds, strike
from app.sandbox.wire import (
    Answer,
    Deliver,
    GraphError,
    empty,
    json_answer,
    stamped,
)

__all__ = ["UPLOAD_ROUTES", "UploadHost"]

SESSION = "/AttachmentSessions/{session}"
UPLOAD_ROUTES = tuple((method, SESSION) for method in ("GET", "PUT", "DELETE"))
PATH = re.compile(r"AttachmentSessions\('([^'/]+)'\)")
RANGE = re.compile(r"bytes ([0-9]{1,12})-([0-9]{1,12})/([0-9]{1,12})")
CLOSING = (429, 503)

Work = Callable[[UploadSession, Request], Answer]


class UploadHost:
    """Takes what belongs to upload sessions, in order, piece by piece."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._clock = memory.clock
        self._works: dict[str, Work] = {
            "GET": self._tell,
            "PUT": self._take,
            "DELETE": self._end,
        }

    async def serve(self, request: Request, deliver: Deliver) -> None:
        """Answer a request; it counts against the mailbox's limits.

        Raises:
            Reset: when a fault breaks the connection.
            HungUpError: when the caller left while a fault held it.
        """
        session = self._find(request)
        ticket = self._memory.log.open(self._call(session, request))

        async def finish(answer: Answer) -> None:
            complete = stamped(answer, request, self._clock.now())
            ticket.note(
                status=complete.status,
                answered=self._clock.monotonic(),
                retry_after=complete.headers.get("Retry-After"),
            )
            await deliver(complete)

        try:
            known = _admitted(session, request)
            key = (known.app, known.owner.id)
            now = self._clock.monotonic()
            with self._memory.throttle.slot(key, now):
                await self._clock.sleep(self._memory.settings.latency)
                await finish(await self._answer(known, request, ticket))
        except GraphError as error:
            await finish(error.answer(request, self._clock.now()))

    def _find(self, request: Request) -> UploadSession | None:
        named = PATH.fullmatch(request.segments[-1])
        if named is None:
            return None
        return self._memory.world.uploads.find(named[1], self._clock.now())

    def _call(self, session: UploadSession | None, request: Request) -> Call:
        return Call(
            at=self._clock.monotonic(),
            method=request.method,
            route=SESSION,
            path=request.path,
            query="",
            mailbox=session.owner.address if session else None,
            tenant=session.owner.tenant if session else None,
            app=session.app if session else None,
            headers=kept_headers(request.headers),
            authorized=request.header("authorization") is not None,
            size=len(request.body),
        )

    async def _answer(
        self, session: UploadSession, request: Request, ticket: Ticket
    ) -> Answer:
        async def work() -> Answer:
            try:
                return self._works[request.method](session, request)
            except GraphError as error:
                return error.answer(request, self._clock.now())

        memory = self._memory
        picked = memory.faults.pick(ticket.call, memory.world.names)
        if picked is None:
            return await work()
        name, fault = picked
        ticket.note(fault=name)
        answer = await strike(fault, request, work, self._clock)
        wait = retry_seconds(fault.retry_after, self._clock.now())
        if wait > 0 and answer.status in CLOSING:
            key = (session.app, session.owner.id)
            memory.throttle.close(key, wait, self._clock.monotonic())
        return answer

    def _tell(self, session: UploadSession, _request: Request) -> Answer:
        """Say where the next piece is to begin."""
        return json_answer(
            {
                "ExpirationDateTime": precise(session.expires),
                "NextExpectedRanges": [str(len(session.content))],
            }
        )

    def _take(self, session: UploadSession, request: Request) -> Answer:
        """Take the next piece; the last one makes the attachment."""
        _check_piece(session, request)
        session.content += request.body
        if len(session.content) < session.size:
            return self._tell(session, request)
        world = self._memory.world
        mailbox = world.mailbox(session.owner)
        item = mailbox.find(session.item)
        made = Attachment(
            key=mailbox.new_key(),
            kind="file",
            name=session.name,
            content_type=session.content_type or "application/octet-stream",
            modified=stamp(self._clock.now()),
            content=session.content,
            inline=session.inline,
            content_id=session.content_id,
        )
        held = (*item.attachments, made)
        put_attachments(mailbox, item, held, self._clock.now())
        world.uploads.remove(session)
        place = (
            f"{request.base_url}{request.path.rpartition('/')[0]}"
            f"/Attachments('{attachment_id(item.id, made.key)}')"
        )
        return replace(empty(201), headers={"Location": place})

    def _end(self, session: UploadSession, _request: Request) -> Answer:
        """Throw away what has come in."""
        self._memory.world.uploads.remove(session)
        return empty(204)


def _admitted(
    session: UploadSession | None, request: Request
) -> UploadSession:
    """Return the session if the request has its token, and no other."""
    if request.header("authorization") is not None:
        raise GraphError(
            401,
            "InvalidAuthenticationToken",
            "The access token is not for this audience.",
        )
    if session is None:
        raise GraphError(
            404,
            "ErrorItemNotFound",
            "The specified object was not found in the store.",
        )
    given = dict(request.options).get("authtoken", "")
    if not compare_digest(given.encode(), session.token.encode()):
        raise GraphError(
            401, "InvalidAuthenticationToken", "The token is not valid."
        )
    if request.method not in {method for method, _ in UPLOAD_ROUTES}:
        raise GraphError(
            405,
            "ErrorInvalidRequest",
            "Specified HTTP method is not allowed for the request target.",
        )
    return session


def _check_piece(session: UploadSession, request: Request) -> None:
    """Refuse a piece that is not the next one.

    Raises:
        GraphError: 400, 413 or 416.
    """
    if len(request.body) > MAX_BODY:
        raise GraphError(
            413,
            "ErrorRequestStreamTooBig",
            "The maximum request length supported is 4MB.",
        )
    stated = RANGE.fullmatch(request.header("content-range") or "")
    if stated is None:
        raise GraphError(
            400, "InvalidContentRange", "Content-Range is missing or wrong."
        )
    first, last, total = map(int, stated.groups())
    if last - first + 1 != len(request.body) or total != session.size:
        raise GraphError(
            400, "InvalidContentRange", "Content-Range does not fit the body."
        )
    if first != len(session.content) or last >= session.size:
        raise GraphError(
            416, "InvalidRange", "The piece is not the one expected next."
        )
