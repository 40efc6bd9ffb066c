"""The service with everything that it tells anybody collected."""

import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.callers.caller import ANYBODY, Quota
from app.callers.identity import Credentials, Identity
from app.sandbox import Sandbox
from app.telemetry.logs import EventLog, LibraryHandler
from tests.redaction.canaries import Canary, planted, word
from tests.redaction.evidence import Evidence
from tests.redaction.recorder import Recorder
from tests.support.callers import called
from tests.support.service import Service, settings_for, started

__all__ = ["MOST_IN_FLIGHT", "Watched", "watched"]

MOST_IN_FLIGHT = 64
"""Requests at once; more are refused."""

# For everybody's eyes, or for operators'.
_PAGES = (
    *("/ops", "/ops/errors", "/ops/outbox", "/status"),
    *("/health/live", "/health/ready", "/health/exchange"),
    *("/problems", "/problems/internal-error", "/runbooks"),
    *("/openapi.json", "/docs", "/redoc"),
)
_PROBLEM = "application/problem+json"
_SHORTEST_ID = 16
# A piece of a file.
_LARGE = 100_000
_SEND = re.compile("[0-9a-f]{32}")


@dataclass(kw_only=True)
class Watched:
    """A running service, and what it has told so far.

    ``codes`` are the problems that it answered with; ``canaries`` what must
    not be found.
    """

    service: Service
    data_dir: Path
    evidence: Evidence = field(default_factory=Evidence)
    canaries: set[Canary] = field(default_factory=lambda: set(planted()))
    codes: set[str] = field(default_factory=set)

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        """Make a request; return the answer's JSON, if that is what it is."""
        answer = await self.service.client.request(method, path, **options)
        return self.took(answer)

    def took(self, answer: httpx.Response) -> Any:
        """Take down what of an answer is not its caller's own content."""
        for name, value in answer.headers.multi_items():
            self.evidence.add("header", name, value)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if not kind.endswith("json"):
            return None
        content = answer.json()
        if kind == _PROBLEM:
            self.codes.add(content["code"])
            self.evidence.add_tree("problem", "", content)
        elif isinstance(content, dict):
            self._learn(content)
        return content

    async def look(self) -> None:
        """Read what others than the callers of mailboxes can read."""
        for page in _PAGES:
            answer = await self.service.client.get(page)
            self.evidence.add("page", page, answer.text)
        watch = self.service.state.status.watch(None)
        for name, told in (await anext(aiter(watch))).items():
            self.evidence.add_tree(
                "page", f"/status/stream {name}", json.loads(told)
            )
        watch.close()

    def conclude(self) -> None:
        """Take down what was logged, stored and sent to Microsoft."""
        for line in map(json.loads, self.service.log.getvalue().splitlines()):
            self.evidence.add_tree("log", line["event"], line)
        self.evidence.add_files(self.data_dir)
        for request in self.service.network.requests:
            self._learn_secrets(request)
            to = _receiver(request.url.path)
            for name, value in request.headers.items():
                self.evidence.add(to, name, value)
            self.evidence.add(to, "url", request.url)
            if len(request.content) < _LARGE:
                self.evidence.add(to, "body", request.content)

    def _learn(self, content: dict[str, Any]) -> None:
        """Take ids and cursors for as confidential as what they lead to."""
        for name in ("id", "next_cursor"):
            for item in (content, *content.get("items", ())):
                text = item.get(name) if isinstance(item, dict) else None
                # Well-known folders have words for ids.
                if isinstance(text, str) and len(text) >= _SHORTEST_ID:
                    kind = "send" if _SEND.fullmatch(text) else name
                    self.canaries.add(Canary(kind, text))

    def _learn_secrets(self, request: httpx.Request) -> None:
        authorization = request.headers.get("Authorization", "")
        if authorization.startswith("Bearer "):
            token = authorization.removeprefix("Bearer ")
            self.canaries.add(Canary("token", token))
        if _receiver(request.url.path) == "to the upload host":
            secret = request.url.query.decode()
            self.canaries.add(Canary("session", secret))


@asynccontextmanager
async def watched(
    data_dir: Path, sandbox: Sandbox, **changes: Any
) -> AsyncIterator[Watched]:
    """Start the service, and take down all that it told when it ends.

    ``changes`` are further settings. Without them all are believed to be who
    they say.
    """
    recorder = Recorder()
    settings = settings_for(
        data_dir,
        secret_keys=[word("sealing")],
        limits={"requests_in_flight": MOST_IN_FLIGHT},
        graph_trace_context=True,
        **changes,
    )
    async with started(
        settings,
        sandbox,
        authenticate=None if changes else _by_header,
        providers=recorder.providers,
    ) as service:
        found = Watched(service=service, data_dir=data_dir)
        # Here Graph does what no document foresees.
        service.client.event_hooks = {}
        log = EventLog(service.log, exported=recorder.providers.logger)
        handler = LibraryHandler(log)
        logging.getLogger().addHandler(handler)
        try:
            yield found
        finally:
            logging.getLogger().removeHandler(handler)
        await found.look()
        recorder.write_down(found.evidence)
    found.conclude()


def _receiver(path: str) -> str:
    if "AttachmentSessions" in path:
        return "to the upload host"
    return "to Graph" if path.startswith("/v1.0") else "to Entra ID"


async def _by_header(credentials: Credentials) -> Identity:
    """Take who shows a key for a caller that has used up its quota."""
    quota = Quota(requests=1, window=60, concurrency=1)
    return await called(
        ANYBODY.name, quota=quota if credentials.api_key else None
    )(credentials)
