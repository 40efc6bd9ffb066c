"""Watches what passes between service and sandbox, and tells at the end."""

from collections.abc import Callable
from functools import partial

import httpx

from app.sandbox import Sandbox
from tests.support.schema import Asked, GraphSchema, Told, media_type
from tests.support.schema_types import Breach

__all__ = ["SCHEMA", "SchemaWatch", "asked_of", "told_by"]

SCHEMA = GraphSchema()
# Who breaks a lot would be told the same again and again.
SHOWN = 5


class SchemaWatch:
    """Notes what is not as Microsoft's schema says.

    A request that is wrong is the service's mistake, an answer the
    sandbox's, unless a fault made it.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.breaches: list[str] = []
        self.checked = 0

    async def see(
        self, request: httpx.Request, response: httpx.Response
    ) -> None:
        """Check one request and its answer."""
        asked = await asked_of(request)
        if not SCHEMA.covers(asked):
            return
        self.checked += 1
        told = await told_by(response)
        self._note(request, "request", partial(SCHEMA.check_request, asked))
        check = partial(SCHEMA.check_answer, asked, told)
        self._note(request, "answer", check)

    async def see_answer(self, response: httpx.Response) -> None:
        """Check an answer, whatever was asked; raise what is wrong.

        What the schema does not know is to be refused.
        """
        request = response.request
        asked = await asked_of(request)
        if SCHEMA.covers(asked):
            told = await told_by(response)
            check = partial(SCHEMA.check_answer, asked, told)
            self._note(request, "answer", check)
            self.conclude()

    def conclude(self) -> None:
        """Raise `AssertionError` if anything was wrong."""
        told = "\n".join(self.breaches[:SHOWN])
        assert not self.breaches, f"not as Microsoft's schema says:\n{told}"

    def _note(
        self, request: httpx.Request, what: str, check: Callable[[], None]
    ) -> None:
        try:
            check()
        except Breach as breach:
            if what == "request" or not self._is_struck(request):
                url = f"{request.method} {request.url}"
                self.breaches.append(f"{what} of {url}\n  {breach}")

    def _is_struck(self, request: httpx.Request) -> bool:
        """Say whether a fault had its hand in the answer, or a part of it."""
        mark = request.headers.get("client-request-id")
        return any(
            call.fault is not None
            for call in reversed(self._sandbox.calls)
            if mark is None or call.headers.get("client-request-id") == mark
        )


async def asked_of(request: httpx.Request) -> Asked:
    """Return a request as the schema sees it."""
    path, _, query = request.url.raw_path.decode().partition("?")
    return Asked(
        method=request.method,
        path=path,
        query=query,
        media_type=media_type(request.headers.get("content-type")),
        body=await request.aread(),
    )


async def told_by(response: httpx.Response) -> Told:
    """Return an answer as the schema sees it, which can still be read."""
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream)
    return Told(
        status=response.status_code,
        media_type=media_type(response.headers.get("content-type")),
        # Not by httpx, which lets a stream be read only once.
        body=b"".join([part async for part in stream]),
    )
