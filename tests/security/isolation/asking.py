"""What is asked, in which order: drawn by chance, from what is known."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from app.sandbox import Fault
from tests.security.isolation.people import ALL, STAMP, Principal, box

__all__ = ["Asking", "Knowledge", "faults"]

_WEEK = "/events?start=2026-11-18T00:00:00Z&end=2026-11-25T00:00:00Z&limit=2"
_LISTS = (
    *(
        "/messages?limit=2",
        "/messages?folder=inbox&limit=3",
        "/people?limit=2",
    ),
    *("/messages?query=zqbox&limit=2", "/folders?limit=3", "/folders?depth=2"),
    *("/threads?limit=2", "/calendars?limit=2", "/contacts?limit=2"),
    *("/contact-folders", "/categories", "/rules", "/automatic-replies"),
    *("/settings", "", "/overview", _WEEK),
    "/people?limit=2",
)
_THINGS = ("messages", "folders", "events", "contacts", "sends", "threads")
_KEYS = 3
# How often all ask for the same.
_SAME = 0.4
_WISHES: tuple[dict[str, str], ...] = (
    *({}, {}, {}, {"Cache-Control": "no-cache"}),
    *({"Cache-Control": "max-age=0"}, {"Cache-Control": "only-if-cached"}),
)
_TROUBLES: tuple[dict[str, Any], ...] = (
    *({"status": 503}, {"status": 429, "retry_after": 2}, {"hang": True}),
    *({"status": 504}, {"reset": "after"}, {"delay": 1.0}),
    *({"status": 403}, {"status": 404}),
)
_ELSEWHERE = "tomasz.wilk@northwind.example"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One call: who makes it, and what.

    ``belongs_to`` is whose cursor, id or entity tag is in it.
    """

    principal: Principal
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    is_allowed: bool = True
    belongs_to: Principal | None = None


class Knowledge:
    """What callers were told of that they can ask for next."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._ids: defaultdict[tuple[Principal, str], set[str]] = defaultdict(
            set
        )
        self._cursors: dict[str, tuple[Principal, str]] = {}
        self._tags: dict[str, tuple[Principal, str]] = {}

    def round(self) -> list[Asking]:
        """Return calls that are made at the same time."""
        if self._random.random() < _SAME:
            below = self._random.choice(_LISTS)
            mailbox = self._random.choice(["me", *_mailboxes()])
            return [self._list(one, mailbox, below) for one in ALL]
        return [self._any() for _ in range(self._random.randint(2, 8))]

    def learn(self, asking: Asking, answer: httpx.Response) -> None:
        """Take note of ids, cursors and entity tags."""
        if answer.status_code >= 300 or not answer.content:
            return
        kind = answer.headers.get("content-type", "")
        if not kind.startswith("application/json"):
            return
        whose, content = asking.principal, answer.json()
        if tag := answer.headers.get("etag"):
            self._tags[tag] = (whose, asking.path)
        if cursor := content.get("next_cursor"):
            self._cursors[cursor] = (whose, asking.path)
        for item in (content, *(content.get("items") or ())):
            for thing in _THINGS:
                if f"/{thing}" in asking.path and "id" in item:
                    self._ids[whose, thing].add(item["id"])

    def _any(self) -> Asking:
        principal = self._random.choice(ALL)
        mailbox = self._random.choice(principal.paths)
        if self._random.random() < 0.1:
            mailbox = self._random.choice(_mailboxes())
        ways = [self._read, self._thing, self._onward, self._again] * 3
        ways += [self._write, self._write, self._mark, self._send]
        return self._random.choice(ways)(principal, mailbox)

    def _read(self, principal: Principal, mailbox: str) -> Asking:
        if self._random.random() < 0.1:
            return Asking(
                principal=principal, method="GET", path="/v1/mailboxes"
            )
        return self._list(principal, mailbox, self._random.choice(_LISTS))

    def _list(self, principal: Principal, mailbox: str, below: str) -> Asking:
        return Asking(
            principal=principal,
            method="GET",
            path=f"/v1/mailboxes/{mailbox}{below}",
            headers=dict(self._random.choice(_WISHES)),
            is_allowed=mailbox in principal.paths,
        )

    def _thing(self, principal: Principal, mailbox: str) -> Asking:
        """Ask for something by an id that somebody was told."""
        whose = self._somebody(principal)
        thing = self._random.choice(_THINGS)
        known = sorted(self._ids[whose, thing])
        if not known:
            return self._read(principal, mailbox)
        found = self._random.choice(known)
        method = "GET"
        if thing == "sends" and self._random.random() < 0.2:
            method = "DELETE"
        return Asking(
            principal=principal,
            method=method,
            path=f"/v1/mailboxes/{mailbox}/{thing}/{found}",
            is_allowed=mailbox in principal.paths,
            belongs_to=whose,
        )

    def _onward(self, principal: Principal, mailbox: str) -> Asking:
        """Go on at a cursor that somebody was given."""
        whose = self._somebody(principal)
        known = sorted(c for c, at in self._cursors.items() if at[0] is whose)
        if not known:
            return self._read(principal, mailbox)
        cursor = self._random.choice(known)
        _, path = self._cursors[cursor]
        join = "&" if "?" in path else "?"
        asked_in = path.split("/")[3:4]
        return Asking(
            principal=principal,
            method="GET",
            path=f"{path}{join}cursor={cursor}",
            is_allowed=not asked_in
            or asked_in[0].partition("?")[0] in principal.paths,
            belongs_to=whose,
        )

    def _again(self, principal: Principal, mailbox: str) -> Asking:
        """Ask whether an answer that somebody had still holds."""
        whose = self._somebody(principal)
        known = sorted(t for t, at in self._tags.items() if at[0] is whose)
        if not known:
            return self._read(principal, mailbox)
        tag = self._random.choice(known)
        _, path = self._tags[tag]
        asked_in = path.split("/")[3:4]
        return Asking(
            principal=principal,
            method="GET",
            path=path,
            headers={"If-None-Match": tag},
            is_allowed=not asked_in
            or asked_in[0].partition("?")[0] in principal.paths,
            belongs_to=whose,
        )

    def _write(self, principal: Principal, mailbox: str) -> Asking:
        return self._posted(principal, mailbox, "/messages")

    def _send(self, principal: Principal, mailbox: str) -> Asking:
        return self._posted(principal, mailbox, "/sends")

    def _mark(self, principal: Principal, mailbox: str) -> Asking:
        """Mark messages that somebody was told of, several at once."""
        whose = self._somebody(principal)
        known = sorted(self._ids[whose, "messages"])[:3] or ["nothing"]
        change = {"action": "update", "patch": {"is_read": True}}
        return Asking(
            principal=principal,
            method="POST",
            path=f"/v1/mailboxes/{mailbox}/messages/bulk",
            body={"items": [{"id": each, **change} for each in known]},
            is_allowed=mailbox in principal.paths,
        )

    def _posted(self, principal: Principal, mailbox: str, to: str) -> Asking:
        """Post with a key that others use too, for what is one's own."""
        of = principal.mailboxes[0] if mailbox == "me" else mailbox
        key = f"{to[1:]}-{self._random.randrange(_KEYS)}"
        headers = {"Idempotency-Key": key}
        if self._random.random() < 0.3:
            headers["Prefer"] = "respond-async"
        return Asking(
            principal=principal,
            method="POST",
            path=f"/v1/mailboxes/{mailbox}{to}",
            headers=headers,
            body={
                "subject": f"{box(of)} {STAMP}",
                "to": [{"address": _ELSEWHERE}],
            },
            is_allowed=mailbox in principal.paths,
        )

    def _somebody(self, principal: Principal) -> Principal:
        is_own = self._random.random() < 0.6
        return principal if is_own else self._random.choice(ALL)


def faults(random: Random) -> Iterator[Fault]:
    """Yield what is wrong with Graph for a while; nothing, mostly."""
    if random.random() < 0.7:
        return
    where: dict[str, Any] = {
        "route": "/users/*",
        "times": random.randint(1, 9),
    }
    if random.random() < 0.5:
        where["tenant"] = random.choice(["contoso", "fabrikam"]) + ".example"
    yield Fault(
        **where,
        **random.choice(_TROUBLES),
    )


def _mailboxes() -> list[str]:
    return sorted({mailbox for one in ALL for mailbox in one.mailboxes})
