"""Refuse what there is no room for before it has become a request.

In a flood there are several refusals for each answer. If each takes a fifth
of what an answer takes, nothing is left for those who were let in.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from random import uniform

from httptools import HttpRequestParser

from app.models.context import Criticality
from app.problems.failures import ServiceOverloaded
from app.routers.middleware.admission import come_back_in, criticality_of
from app.routers.middleware.room import Room
from app.routers.paths import Paths
from app.routers.scope import id_for
from app.routers.wording import Wording
from app.services.status.history import History, Request
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.service import SERVER_DURATION

__all__ = ["Refusals"]

Headers = Sequence[tuple[bytes, bytes]]

_METHOD = "GET"
_STATUS = int(ServiceOverloaded.status)
_LABELS = {
    "http.request.method": _METHOD,
    "url.scheme": "http",
    "network.protocol.version": "1.1",
    "http.response.status_code": _STATUS,
    "error.type": str(_STATUS),
}
_TELL_AFTER = 1.0
_MOST_UNTOLD = 4096
# Paths that stand in a problem as they were sent, and a query. Nobody asks
# for one that is longer, and thousands are kept until they are told of.
_TARGET = re.compile(
    rb"(/v1/[A-Za-z0-9._~/@:%!$&'()*+,;=-]{0,1000})(?:\?([^#]*))?"
)
_PARENT = re.compile(
    rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)
# Who sends one of these sends more, or is answered otherwise.
_OTHERWISE = frozenset(
    (
        *(b"content-length", b"transfer-encoding"),
        *(b"expect", b"upgrade", b"origin"),
    )
)


class Refusals:
    """Refuses reads in a flood, at once and in bulk.

    Who is refused is who `Guard` would refuse, and is told the same. All of
    them are counted, once a second; but they have neither a line in the
    access log nor a span.
    """

    def __init__(
        self,
        room: Room,
        wording: Wording,
        *,
        paths: Paths,
        history: History,
        telemetry: Telemetry,
    ) -> None:
        self._room = room
        self._wording = wording
        self._paths = paths
        self._history = history
        self._telemetry = telemetry
        self._shows_traces = telemetry.goes_out
        # Those who were refused, and are not told of yet.
        self._untold: Counter[tuple[bytes, Criticality]] = Counter()
        self._timer: asyncio.TimerHandle | None = None
        self._unsaid: list[Callable[[], None]] = []
        self.is_flooded = room.is_flooded

    def answer(
        self,
        parser: HttpRequestParser,
        target: bytes,
        given: Mapping[bytes, bytes],
        of_server: Headers,
    ) -> bytes | None:
        """Return the whole answer to a request that is refused.

        None if it is let in, or is to be refused as any other request.

        Args:
            parser: Has just read the head of a request of HTTP/1.1.
            target: What is asked for, as it was sent.
            given: The headers by name, which is in lower case.
            of_server: The headers that the server gives all answers.
        """
        asked = _TARGET.fullmatch(target)
        if (
            asked is None
            or not _OTHERWISE.isdisjoint(given)
            or parser.get_method() != b"GET"
            or not parser.should_keep_alive()
        ):
            return None
        trace_id = self._trace_id(given.get(b"traceparent"))
        path, query = asked.groups()
        criticality = criticality_of(_METHOD, query or b"")
        if trace_id is None or self._room.expects(criticality):
            return None
        self._count(path, criticality)
        request_id = given.get(b"x-request-id", b"").decode("latin-1")
        return self._wording.answer(
            ceil(come_back_in(criticality, uniform)),
            path,
            id_for(request_id).encode(),
            trace_id,
            of_server,
        )

    def say_soon(self, say: Callable[[], None]) -> None:
        """Have an answer written, with all others of this round of the loop.

        Who is written to wakes up. Whoever has many connections does so once
        for all of them: each time costs as much as a refusal.
        """
        if not self._unsaid:
            asyncio.get_running_loop().call_soon(self._say_all)
        self._unsaid.append(say)

    def tell(self) -> None:
        """Tell of all who were refused since this was told last."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        untold, self._untold = self._untold, Counter()
        if not untold:
            return
        by_route: Counter[str | None] = Counter()
        by_criticality: Counter[Criticality] = Counter()
        for (path, criticality), times in untold.items():
            by_route[self._route(path)] += times
            by_criticality[criticality] += times
        for route, times in by_route.items():
            self._measure(route, times)
        ended = Request(took=0.0, code=ServiceOverloaded.code, is_failed=True)
        self._history.note("", ended, untold.total())
        self._room.tell(by_criticality)

    def _count(self, path: bytes, criticality: Criticality) -> None:
        if len(self._untold) >= _MOST_UNTOLD:
            self.tell()
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_TELL_AFTER, self.tell)
        self._untold[path, criticality] += 1
        self._room.count()

    def _say_all(self) -> None:
        unsaid, self._unsaid = self._unsaid, []
        for say in unsaid:
            say()

    def _measure(self, route: str | None, times: int) -> None:
        """Measure requests as others are that took no time at all."""
        labels = _LABELS if route is None else {**_LABELS, "http.route": route}
        measure = self._telemetry.distribution(SERVER_DURATION, labels)
        for _ in range(times):
            measure(0.0)

    def _route(self, path: bytes) -> str | None:
        read, _ = self._paths.find(path.decode("ascii"))
        return read.route.path if read else None

    def _trace_id(self, parent: bytes | None) -> bytes | None:
        """Return the id of the caller's trace, or nothing if it has none.

        None if it takes more to find it out.
        """
        if parent is None or not self._shows_traces:
            return b""
        found = _PARENT.fullmatch(parent)
        return found[1] if found else None
