"""Clients who send, and repeat what may be repeated until they know."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import httpx

from app.clock import Clock
from tests.crash.mails import Heard, Mail, Promise, heard, mail
from tests.crash.watching import Watch

__all__ = ["Senders"]

_ENDED = {"sent", "failed", "cancelled", "unknown"}
_FIRST_ERROR = 400
_LONGEST_PAUSE = 2.0
# Who is told "not this time" goes on nevertheless, as often as not.
_INSISTS = 0.5
_FOLLOWED_FOR = 3.0
_LOOKS = 0.3
_CANCELLED = 204
_TOO_LATE = 409


@dataclass(slots=True, kw_only=True)
class Senders:
    """Many who send at the same time; ``mails`` is all that they tried."""

    client: httpx.AsyncClient
    urls: tuple[str, ...]
    watch: Watch
    clock: Clock
    dice: Random
    seed: int
    most: int
    mails: list[Mail] = field(default_factory=list)
    is_over: bool = False

    async def run(self, workers: int) -> None:
        """Send until it is over; whoever has begun goes on to the end."""
        await asyncio.gather(*(self._work() for _ in range(workers)))

    async def _work(self) -> None:
        while not self.is_over and len(self.mails) < self.most:
            made = mail(self.seed, len(self.mails))
            self.mails.append(made)
            await self._send(made)
            await self.clock.sleep(self.dice.uniform(0, 0.3))

    async def _send(self, made: Mail) -> None:
        made.began = self.clock.now()
        content = await self._prepared(made)
        is_in_doubt = False
        while True:
            told, pause = await self._post(made, content)
            if told is Heard.ACCEPTED:
                made.promise = Promise.SENT
                break
            is_in_doubt |= told is Heard.DOUBT
            if told is Heard.DOUBT and not made.has_key:
                break
            if told is Heard.REFUSED or self._gives_up(
                told, is_in_doubt=is_in_doubt
            ):
                # What an earlier request did, no later one can deny.
                if not is_in_doubt or told is Heard.REFUSED:
                    made.promise = Promise.NOT_SENT
                break
            await self.clock.sleep(min(pause, _LONGEST_PAUSE))
        await self._follow(made)
        made.ended = self.clock.now()

    def _gives_up(self, told: Heard, *, is_in_doubt: bool) -> bool:
        if told is not Heard.LATER or is_in_doubt:
            return False
        return self.dice.random() > _INSISTS

    async def _prepared(self, made: Mail) -> bytes:
        """Put what has to be there; return what to post, every time."""
        if "{message}" in made.path:
            message = await self.watch.put(made)
            made.path = made.path.format(message=message)
        if made.said is None:
            return b""
        said = made.said
        if made.later is not None:
            made.due = self.clock.wall() + timedelta(seconds=made.later)
            said = {**said, "send_at": made.due.isoformat()}
        return json.dumps(said).encode()

    async def _post(self, made: Mail, content: bytes) -> tuple[Heard, float]:
        """Post it; return what was told, and when to come again."""
        answer = await self._ask("POST", made.path, made.headers, content)
        if isinstance(answer, httpx.HTTPError):
            made.heard.append(type(answer).__name__)
            return Heard.DOUBT, 0.2
        told: dict[str, Any] = answer.json()
        is_problem = answer.status_code >= _FIRST_ERROR
        if is_problem:
            short = f"{told.get('code')}, {told.get('outcome')}"
            made.heard.append(f"{answer.status_code} {short}")
        else:
            made.heard.append(f"{answer.status_code} {told.get('status')}")
            made.status, made.send_id = told.get("status"), told.get("id")
            place = answer.headers.get("Location", "")
            made.place = place if "/sends/" in place else None
        pause = told.get("retry_after") or 0.5
        problem = told if is_problem else {}
        return heard(answer.status_code, problem), float(pause)

    async def _follow(self, made: Mail) -> None:
        """Look for a while how a message fares; cancel what is to be."""
        until = self.clock.now() + _FOLLOWED_FOR
        if made.kind == "cancelled" and made.place:
            await self.clock.sleep(self.dice.uniform(0, made.later or 0.0))
            await self._cancel(made)
        while (
            made.place
            and made.status not in _ENDED
            and self.clock.now() < until
        ):
            await self._look(made)
            await self.clock.sleep(_LOOKS)

    async def _cancel(self, made: Mail) -> None:
        """Cancel a message, as often as it takes to know."""
        while made.place and not self.is_over:
            answer = await self._ask("DELETE", made.place, _tenant(made))
            if isinstance(answer, httpx.Response):
                made.heard.append(f"DELETE {answer.status_code}")
                if answer.status_code == _CANCELLED:
                    made.promise = Promise.NOT_SENT
                    return
                if answer.status_code == _TOO_LATE:
                    # Or an earlier request of ours was in time, unheard.
                    return
            await self.clock.sleep(_LOOKS)

    async def look_at_all(self) -> None:
        """Read the status of all that was accepted, sent or not."""
        for made in self.mails:
            await self._look(made)

    async def pending(self) -> int:
        """Look at what is still under way; count it."""
        open_ = [m for m in self.mails if m.place and m.status not in _ENDED]
        for made in open_:
            await self._look(made)
        return sum(made.status not in _ENDED for made in open_)

    async def drafts(self, tenant: str, mailbox: str) -> AsyncIterator[str]:
        """Yield the subjects of all drafts of a mailbox."""
        path: str | None = f"/v1/mailboxes/{mailbox}/messages?folder=drafts"
        while path:
            answer = await self.client.get(
                f"{self.urls[0]}{path}", headers={"Exchange-Tenant": tenant}
            )
            if answer.is_server_error:
                # Graph may still be sore from the storm.
                await self.clock.sleep(_LONGEST_PAUSE)
                continue
            for message in answer.raise_for_status().json()["items"]:
                yield message["subject"]
            link = answer.links.get("next")
            path = link["url"] if link else None

    async def _look(self, made: Mail) -> None:
        """Read the status of a message, if it is to be had."""
        if made.place is None:
            return
        answer = await self._ask("GET", made.place, _tenant(made))
        if isinstance(answer, httpx.Response):
            told = answer.json()
            made.status, made.send_id = told.get("status"), told.get("id")
            if answer.status_code >= _FIRST_ERROR:
                made.status = told["code"]

    async def _ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        content: bytes = b"",
    ) -> httpx.Response | httpx.HTTPError:
        """Ask whichever service is there; return why it gave no answer."""
        while True:
            url = f"{self.dice.choice(self.urls)}{path}"
            try:
                return await self.client.request(
                    method, url, headers=headers, content=content
                )
            except httpx.ConnectError:
                # It has not heard anything.
                await self.clock.sleep(_LOOKS)
            except httpx.HTTPError as error:
                return error


def _tenant(made: Mail) -> dict[str, str]:
    return {"Exchange-Tenant": made.tenant}
