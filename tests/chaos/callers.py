"""Callers who do what callers do, the same for each seed."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from app.clock import Clock

__all__ = ["MAILBOXES", "Callers", "Told"]

MAILBOXES = (
    ("contoso", "ada@contoso.example"),
    ("contoso", "grace@contoso.example"),
    ("contoso", "support@contoso.example"),
    ("fabrikam", "linus@fabrikam.example"),
)
_KINDS = {
    "list": 33,
    "get": 25,
    "overview": 8,
    "folders": 6,
    "profile": 4,
    "update": 11,
    "send": 11,
    "abandon": 2,
}
_PROBLEM = "application/problem+json"
_SUCCESS = range(200, 300)
_FIRST_ERROR = 400
_REPEATS = 2
_LONGEST_PAUSE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a caller was told about one of its requests.

    ``subject`` names what was to be sent; ``status`` is None if no answer
    came at all, and ``code`` is None where there is no problem.
    """

    kind: str
    mailbox: str
    status: int | None
    code: str | None = None
    outcome: str | None = None
    subject: str | None = None
    is_explained: bool = True
    is_stale: bool = False

    @property
    def is_success(self) -> bool:
        """Whether it was told that all went well."""
        return self.status in _SUCCESS


class Callers:
    """Many who read, change and send at the same time."""

    def __init__(
        self, client: httpx.AsyncClient, clock: Clock, seed: int
    ) -> None:
        self._client = client
        self._clock = clock
        self._seed = seed
        self._known: dict[str, list[str]] = {}
        self.told: list[Told] = []

    async def learn(self) -> None:
        """Find out what messages there are, before anything goes wrong."""
        for tenant, mailbox in MAILBOXES:
            answer = await self._client.get(
                f"{_path(mailbox)}/messages", headers=_for(tenant)
            )
            items = answer.raise_for_status().json()["items"]
            self._known[mailbox] = [item["id"] for item in items]

    async def run(self, calls: int, workers: int) -> None:
        """Make so many calls, so many of them at once."""
        numbers = iter(range(calls))
        await asyncio.gather(*(self._work(numbers) for _ in range(workers)))

    async def _work(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            dice = Random(f"{self._seed}-{number}")
            [kind] = dice.choices(list(_KINDS), list(_KINDS.values()))
            tenant, mailbox = dice.choice(MAILBOXES)
            if kind == "send":
                await self._send(dice, tenant, mailbox, number)
                continue
            request = self._request(kind, dice, mailbox)
            request.headers.update(_for(tenant))
            if kind != "abandon":
                await self._ask(request, kind, mailbox)
                continue
            try:
                async with asyncio.timeout(dice.uniform(0.0, 0.05)):
                    await self._ask(request, kind, mailbox)
            except TimeoutError:
                continue

    def _request(self, kind: str, dice: Random, mailbox: str) -> httpx.Request:
        path, build = _path(mailbox), self._client.build_request
        headers = dice.choice([{}, {"Cache-Control": "no-cache"}])
        message = f"{path}/messages/{dice.choice(self._known[mailbox])}"
        match kind:
            case "get":
                return build("GET", message, headers=headers)
            case "update":
                change = {"is_read": dice.choice([True, False])}
                return build("PATCH", message, json=change)
            case "overview" | "folders":
                return build("GET", f"{path}/{kind}", headers=headers)
            case "profile":
                return build("GET", path, headers=headers)
            case _:
                limit = dice.randint(1, 20)
                wanted = {"limit": str(limit), "folder": "inbox"}
                return build(
                    "GET", f"{path}/messages", params=wanted, headers=headers
                )

    async def _send(
        self, dice: Random, tenant: str, mailbox: str, number: int
    ) -> None:
        """Send a message; with a key, repeat what may be repeated."""
        subject = f"storm {self._seed}-{number}"
        headers = _for(tenant)
        if dice.random() < 0.5:
            headers["Idempotency-Key"] = subject.replace(" ", "-")
        for _ in range(_REPEATS + 1):
            request = self._client.build_request(
                "POST",
                f"{_path(mailbox)}/sends",
                headers=headers,
                json={
                    "to": [{"address": "noa@litware.example"}],
                    "subject": subject,
                },
            )
            wait = await self._ask(request, "send", mailbox, subject)
            if wait is None or "Idempotency-Key" not in headers:
                return
            await self._clock.sleep(min(wait, _LONGEST_PAUSE))

    async def _ask(
        self,
        request: httpx.Request,
        kind: str,
        mailbox: str,
        subject: str | None = None,
    ) -> float | None:
        """Make a request; return when to repeat it, if that may help."""
        about: dict[str, Any] = {
            "kind": kind,
            "mailbox": mailbox,
            "subject": subject,
        }
        try:
            answer = await self._client.send(request)
        except httpx.HTTPError:
            self.told.append(Told(status=None, is_explained=False, **about))
            return None
        problem: dict[str, Any] = {}
        if answer.status_code >= _FIRST_ERROR:
            is_explained = answer.headers.get("content-type") == _PROBLEM
            problem = answer.json() if is_explained else {"code": None}
        self.told.append(
            Told(
                status=answer.status_code,
                code=problem.get("code"),
                outcome=problem.get("outcome"),
                is_explained=not problem or bool(problem["code"]),
                is_stale=answer.headers.get("exchange-freshness") == "stale",
                **about,
            )
        )
        if not problem.get("retryable"):
            return None
        return float(problem.get("retry_after") or 0.0)


def _path(mailbox: str) -> str:
    return f"/v1/mailboxes/{mailbox}"


def _for(tenant: str) -> dict[str, str]:
    return {"Exchange-Tenant": tenant}
