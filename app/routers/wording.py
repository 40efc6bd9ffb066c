"""What the refusals of a flood say, made ready but for a few words."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from app.clock import Clock
from app.problems.documents import problem_response
from app.problems.failures import ServiceOverloaded
from app.routers.middleware.door import Door
from app.routers.scope import HeadersByName, RequestNotes
from app.telemetry.recorder import Telemetry

__all__ = ["Wording"]

Headers = Sequence[tuple[bytes, bytes]]

# What stands for words that differ; no header or problem has these.
_PATH = "/THE-PATH"
_ID = "THE-REQUEST-ID"
_TRACE = "THE-TRACE-ID"
_LENGTH = b"THE-LENGTH"
_OF_SERVER = b"THE-HEADERS-OF-THE-SERVER\r\n"
_GAPS = (_OF_SERVER, _LENGTH, _PATH.encode(), _ID.encode(), _TRACE.encode())
_STATUS = ServiceOverloaded.status
_FIRST_LINE = f"HTTP/1.1 {_STATUS:d} {HTTPStatus(_STATUS).phrase}\r\n".encode()


class _Form(NamedTuple):
    """An answer in parts, and the length of its body without its gaps.

    ``gaps`` tells which of the parts are gaps, and which of `_GAPS` each is.
    """

    text: list[bytes]
    gaps: list[tuple[int, int]]
    length: int


class Wording:
    """Says what `Guard` and `Door` would say of a read, in one piece."""

    def __init__(self, clock: Clock, telemetry: Telemetry) -> None:
        self._clock = clock
        self._door = Door(_nothing, clock=clock, telemetry=telemetry)
        self._forms: dict[tuple[int, bool], _Form] = {}
        self._of_server: Headers = ()
        self._lines = b""

    def answer(
        self,
        wait: int,
        path: bytes,
        request_id: bytes,
        trace_id: bytes,
        of_server: Headers,
    ) -> bytes:
        """Return a whole answer.

        Args:
            wait: After how many seconds to come back.
            path: As it was sent.
            request_id: The id of the request.
            trace_id: That of its caller's trace; empty if there is none.
            of_server: The headers that the server gives all answers.
        """
        form = self._forms.get((wait, bool(trace_id)))
        if form is None:
            form = self._form(wait, is_traced=bool(trace_id))
        if of_server is not self._of_server:
            # It makes new ones once a second.
            self._of_server, self._lines = of_server, _lines(of_server)
        length = form.length + len(path) + len(request_id) + len(trace_id)
        words = (self._lines, b"%d" % length, path, request_id, trace_id)
        text = form.text.copy()
        for at, word in form.gaps:
            text[at] = words[word]
        return b"".join(text)

    def _form(self, wait: int, *, is_traced: bool) -> _Form:
        scope = {"method": "GET", "path": _PATH, "headers": []}
        ids = {"request_id": _ID}
        if is_traced:
            ids["trace_id"] = _TRACE
        problem = ServiceOverloaded(retry_after=wait)
        said = problem_response(scope, problem, ids)
        now, nothing = self._clock.now(), HeadersByName([])
        headers = self._door.head(
            said.status_code,
            [
                (name, _LENGTH if name == b"content-length" else value)
                for name, value in said.raw_headers
            ],
            RequestNotes(_ID, now, nothing),
        )
        body, head = bytes(said.body), _FIRST_LINE + _OF_SERVER
        head += _lines(headers)
        text = _parted(head + b"\r\n" + body)
        gaps = [
            (at, _GAPS.index(part))
            for at, part in enumerate(text)
            if part in _GAPS
        ]
        form = _Form(text, gaps, _length(body))
        self._forms[wait, is_traced] = form
        return form


async def _nothing(*_: object) -> None:
    """Do nothing: no request comes here."""


def _lines(headers: Headers) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)


def _parted(text: bytes) -> list[bytes]:
    return re.split(b"(%b)" % b"|".join(map(re.escape, _GAPS)), text)


def _length(body: bytes) -> int:
    for word in (_PATH, _ID, _TRACE):
        body = body.replace(word.encode(), b"")
    return len(body)
