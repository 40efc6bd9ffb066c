"""The sandbox as an ASGI application."""

from app.sandbox.control import Control
from app.sandbox.entra.endpoints import entra_route
from app.sandbox.faults import Reset
from app.sandbox.memory import Memory
from app.sandbox.request import Receive, Request, Scope, Send, read_request
from app.sandbox.service import GraphService
from app.sandbox.signin import SignInService
from app.sandbox.strike import HungUpError
from app.sandbox.upload_host import UploadHost
from app.sandbox.wire import (
    Answer,
    Deliver,
    dated,
    error_body,
    json_answer,
)

__all__ = ["BREAK", "Application"]

# The extension by which a server lets a connection be broken: its member
# "break" is a function that takes the `Reset`.
BREAK = "sandbox.break"
# Large answers leave in parts, so that only one of them waits on the wire.
PIECE = 1024 * 1024


class Application:
    """Leads each request to Graph, Entra ID or the control API."""

    def __init__(self, memory: Memory) -> None:
        self._clock = memory.clock
        self._graph = GraphService(memory)
        self._sign_in = SignInService(memory)
        self._uploads = UploadHost(memory)
        self._control = Control(memory)

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request.

        Raises:
            Reset: when the connection breaks, and there is no server that
                could break it.
        """
        request = await read_request(scope, receive)

        async def deliver(answer: Answer) -> None:
            await _send(answer, send)

        try:
            await self._lead(request, deliver)
        except HungUpError:
            return
        except Reset as reset:
            extension = scope.get("extensions", {}).get(BREAK)
            if extension is None:
                raise
            extension["break"](reset)
            await request.gone()

    async def _lead(self, request: Request, deliver: Deliver) -> None:
        sign_in = entra_route(request)
        if sign_in is not None:
            await self._sign_in.serve(*sign_in, request, deliver)
            return
        match request.segments[0]:
            case "v1.0":
                await self._graph.serve(request, deliver)
            case "api":
                await self._uploads.serve(request, deliver)
            case "_sandbox":
                answer = self._control.respond(request)
                await deliver(dated(answer, self._clock.now()))
            case other:
                body = error_body("NotFound", f"Nothing here: '{other}'.")
                answer = json_answer(body, 404)
                await deliver(dated(answer, self._clock.now()))


async def _send(answer: Answer, send: Send) -> None:
    # A fault may repeat a header in other letters: its own is the one.
    merged = {name.lower(): text for name, text in answer.headers.items()}
    headers = [
        (name.encode("latin-1"), text.encode("latin-1"))
        for name, text in merged.items()
    ]
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": headers,
        }
    )
    whole = len(answer.body)
    ends = whole // 2 if answer.cut else whole
    for start in range(0, ends, PIECE):
        part = bytes(answer.body[start : min(start + PIECE, ends)])
        await send(
            {"type": "http.response.body", "body": part, "more_body": True}
        )
    if answer.cut:
        raise Reset(after_work=True, midway=True)
    await send({"type": "http.response.body", "body": b""})
