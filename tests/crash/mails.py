"""What a client wants sent, and what it was promised about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from random import Random
from typing import Any

__all__ = ["MAILBOXES", "Heard", "Mail", "Promise", "heard", "mail"]

MAILBOXES = (
    ("contoso", "ada@contoso.example"),
    ("contoso", "grace@contoso.example"),
    ("contoso", "support@contoso.example"),
    ("fabrikam", "linus@fabrikam.example"),
)
# How a message is sent, and how often of a hundred times.
_KINDS = {
    "send": 35,
    "draft": 15,
    "reply": 15,
    "reply-all": 5,
    "forward": 5,
    "refused": 15,
    "cancelled": 10,
}
_WITH_KEY = 0.75
_ASYNC = 0.25
_LATER = 0.2
_SUCCESS = range(200, 300)
_IN_USE = "idempotency-key-in-use"


class Promise(Enum):
    """What a client may rely on."""

    NONE = "nothing: it is there once, or not at all"
    SENT = "it is, or will be, in Sent Items once"
    NOT_SENT = "it is not sent, and will not be"


class Heard(Enum):
    """What an answer tells a client."""

    ACCEPTED = "accepted"
    REFUSED = "not performed, for good"
    LATER = "not performed, this time"
    DOUBT = "nobody knows"


@dataclass(slots=True, kw_only=True)
class Mail:
    """One message, and what became of it.

    Attributes:
        subject: Names it; nothing else has the same.
        path: Where to post it; ``{message}`` stands for a message that has
            to be there before.
        said: What to post, as JSON.
        later: In how many seconds it is to be sent, if not now.
        due: When that is.
        heard: All that was answered, in short.
        send_id: The name of the send, if there was one to be told.
        place: Where its status is.
        status: The last status that was seen there.
    """

    subject: str
    kind: str
    tenant: str
    mailbox: str
    path: str
    said: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    later: float | None = None
    due: datetime | None = None
    promise: Promise = Promise.NONE
    heard: list[str] = field(default_factory=list)
    send_id: str | None = None
    place: str | None = None
    status: str | None = None
    began: float = 0.0
    ended: float | None = None

    @property
    def has_key(self) -> bool:
        """Whether the request may be repeated as it is."""
        return "Idempotency-Key" in self.headers

    @property
    def is_sendable(self) -> bool:
        """Whether Graph will take it."""
        return self.kind != "refused"


def mail(seed: int, number: int) -> Mail:
    """Return a message to send, the same for each seed and number."""
    dice = Random(f"{seed}-{number}")
    [kind] = dice.choices(list(_KINDS), list(_KINDS.values()))
    tenant, mailbox = dice.choice(MAILBOXES)
    subject = f"crash {seed}-{number}"
    headers = {"Exchange-Tenant": tenant, "Content-Type": "application/json"}
    if dice.random() < _WITH_KEY:
        headers["Idempotency-Key"] = subject.replace(" ", "-")
    wishes = [f"wait={dice.randint(3, 8)}"]
    if dice.random() < _ASYNC:
        wishes.append("respond-async")
    headers["Prefer"] = ", ".join(wishes)
    is_later = kind == "send" and dice.random() < _LATER
    later = dice.uniform(4, 7) if is_later or kind == "cancelled" else None
    return Mail(
        subject=subject,
        kind=kind,
        tenant=tenant,
        mailbox=mailbox,
        path=f"/v1/mailboxes/{mailbox}/{_path(kind)}",
        said=_said(kind, subject),
        headers=headers,
        later=later,
    )


def heard(status: int | None, problem: Mapping[str, Any]) -> Heard:
    """Return what an answer tells, or the lack of one (no ``status``)."""
    if status in _SUCCESS or problem.get("outcome") == "performed":
        return Heard.ACCEPTED
    if problem.get("code") == _IN_USE:
        return Heard.LATER
    if problem.get("outcome") != "not_performed":
        return Heard.DOUBT
    return Heard.LATER if problem.get("retryable") else Heard.REFUSED


def _path(kind: str) -> str:
    if kind in {"send", "refused", "cancelled"}:
        return "sends"
    return f"messages/{{message}}/{'send' if kind == 'draft' else kind}"


def _said(kind: str, subject: str) -> dict[str, Any] | None:
    if kind == "draft":
        return None
    domain = "invalid" if kind == "refused" else "litware"
    said: dict[str, Any] = {
        "subject": subject,
        "to": [{"address": f"noa@{domain}.example"}],
        "body": {"format": "text", "content": f"This is {subject}."},
    }
    if kind in {"reply", "reply-all", "forward"}:
        said["send"] = True
    return said
