"""Callers who go on as ever, whatever happens."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import httpx

from app.clock import Clock

__all__ = ["Callers"]

MAILBOXES = ("ada", "grace", "support")
_SEND_EVERY = 25
_SUCCESS = range(200, 300)
_PATIENCE = 60.0


class Callers:
    """Some who read and send, at a steady pace.

    Most want an answer that is new, some take what is kept.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._numbers = count()
        self.told: Counter[bool] = Counter()

    @asynccontextmanager
    async def calling(self, callers: int, pause: float) -> AsyncIterator[None]:
        """Let so many call one after another, with a pause in between."""
        async with httpx.AsyncClient(
            base_url=self._url,
            timeout=_PATIENCE,
            limits=httpx.Limits(max_connections=callers),
        ) as client:
            tasks = [
                asyncio.create_task(self._go_on(client, pause))
                for _ in range(callers)
            ]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def share_served(self) -> float:
        """Return how many were served since this was asked last."""
        share = self.told[True] / max(1, self.told.total())
        self.told.clear()
        return share

    async def _go_on(self, client: httpx.AsyncClient, pause: float) -> None:
        while True:
            self.told[await self._is_served(client)] += 1
            await self._clock.sleep(pause)

    async def _is_served(self, client: httpx.AsyncClient) -> bool:
        try:
            answer = await client.send(self._request(client))
        except httpx.HTTPError:
            return False
        return answer.status_code in _SUCCESS

    def _request(self, client: httpx.AsyncClient) -> httpx.Request:
        number = next(self._numbers)
        name = MAILBOXES[number % len(MAILBOXES)]
        mailbox = f"/v1/mailboxes/{name}@contoso.example"
        if number % _SEND_EVERY == 0:
            letter = {
                "to": [{"address": "grace@contoso.example"}],
                "subject": f"Letter {number}",
                "body": {"content": "All is well."},
            }
            return client.build_request(
                "POST", f"{mailbox}/sends", json=letter
            )
        wants = "max-age=600" if number % 4 == 0 else "no-cache"
        return client.build_request(
            "GET",
            f"{mailbox}/messages",
            params={"limit": 1 + number % 20},
            headers={"Cache-Control": wants},
        )
