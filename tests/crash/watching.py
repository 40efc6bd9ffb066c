"""Turn the sandbox's knobs, and see what it has seen."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import httpx

from app.clock import Clock
from tests.crash.mails import Mail
from tests.crash.weather import TRANSITS, faults

__all__ = ["Copy", "Struck", "Watch"]

_ALL = "50000"
_CHANGES_EVERY = 3.0
_NOA = {"emailAddress": {"name": "Noa", "address": "noa@litware.example"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A message in Sent Items."""

    message: str
    subject: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """How often a fault struck, and requests about which messages."""

    times: int
    messages: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Watch:
    """The controls of the sandbox."""

    client: httpx.AsyncClient
    clock: Clock
    _names: dict[str, str] = field(default_factory=dict)

    async def put(self, mail: Mail) -> str:
        """Put what has to be there before a message is sent; return its id.

        That is the draft to send, or the message to answer.
        """
        given: dict[str, Any] = {"subject": f"About {mail.subject}"}
        if mail.kind == "draft":
            given = {
                "folder": "drafts",
                "subject": mail.subject,
                "isDraft": True,
                "from": None,
                "toRecipients": [_NOA],
            }
        answer = await self.client.post(
            f"/mailboxes/{mail.mailbox}/messages", json=given
        )
        made: str = answer.raise_for_status().json()["id"]
        return made

    async def raise_storm(self, seed: int) -> None:
        """Put all faults in force."""
        await self._set({"limits": {"retry_after": 1}})
        for name, fault in faults(seed):
            answer = await self.client.post("/faults", json=fault)
            self._names[answer.raise_for_status().json()["id"]] = name

    async def change(self) -> None:
        """Change the way to Sent Items every few seconds, for ever."""
        turn = 0
        while True:
            await self._set(TRANSITS[turn % len(TRANSITS)])
            await self.clock.sleep(_CHANGES_EVERY)
            turn += 1

    async def calm(self) -> dict[str, Struck]:
        """Lift all faults; return what each of them did."""
        shown = (await self.client.get("/faults")).raise_for_status().json()
        times = {fault["id"]: int(fault["fired"]) for fault in shown["faults"]}
        (await self.client.delete("/faults")).raise_for_status()
        await self._set(TRANSITS[0])
        answer = await self.client.get("/calls", params={"limit": _ALL})
        messages: defaultdict[str, set[str]] = defaultdict(set)
        for call in answer.raise_for_status().json()["calls"]:
            _, _, below = unquote(call["path"]).partition("/messages/")
            if call["fault"] and below:
                messages[call["fault"]].add(below.partition("/")[0])
        return {
            name: Struck(times=times[key], messages=frozenset(messages[key]))
            for key, name in self._names.items()
        }

    async def sent(self, mailbox: str) -> list[Copy]:
        """Return what is in a mailbox's Sent Items."""
        answer = await self.client.get(f"/mailboxes/{mailbox}/sent")
        return [
            Copy(
                message=message["id"],
                subject=message["subject"],
                sent_at=datetime.fromisoformat(message["sentDateTime"]),
            )
            for message in answer.raise_for_status().json()["messages"]
        ]

    async def _set(self, settings: Mapping[str, Any]) -> None:
        answer = await self.client.post("/settings", json=settings)
        answer.raise_for_status()
