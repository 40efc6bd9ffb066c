"""What the table of operations says about each request to Graph."""

from dataclasses import dataclass
from enum import StrEnum

from app.gateway.translation.result import Translate

__all__ = ["Idempotency", "Operation", "Scope", "Workload"]


class Workload(StrEnum):
    """A part of Graph that fails, and is watched, by itself.

    Writes may be throttled or fail while reads pass, hence the two of mail.
    """

    MAIL_READ = "mail-read"
    MAIL_WRITE = "mail-write"
    DIRECTORY = "directory"


class Scope(StrEnum):
    """What Graph's limits are counted for."""

    MAILBOX = "mailbox"
    WORKLOAD = "workload"


class Idempotency(StrEnum):
    """What a repeated request does, if the first was carried out unseen.

    - ``safe``: nothing, it only reads;
    - ``idempotent``: the same again;
    - ``keyed``: nothing, Graph recognizes it;
    - ``verify``: harm, but it can be found out beforehand;
    - ``unsafe``: harm.
    """

    SAFE = "safe"
    IDEMPOTENT = "idempotent"
    KEYED = "keyed"
    VERIFY = "verify"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request to Graph, and how to treat it.

    Attributes:
        name: Its name in telemetry.
        method: The HTTP method.
        path: The path template below the version; telemetry's
            ``url.template``.
        workload: Which breaker and budget watch it.
        permission: The application permission that it needs.
        idempotency: Whether it may be repeated blindly.
        translate: Makes our JSON of Graph's; None where there is none.
        scope: What its gate and permits belong to.
        long: Whether it belongs to the class with the long timeout.
        fresh: Seconds for which an answer may be given again as fresh; 0 if
            it is never kept.
        stale: Seconds after that for which it may stand in for an error.
        constant: Whether writes to the mailbox leave its answer as it is.
        cost: Requests that Graph counts for it, and permits that it takes.
        streamed: Whether its content is handed on unread.
    """

    name: str
    method: str
    path: str
    workload: Workload
    permission: str
    idempotency: Idempotency
    translate: Translate | None = None
    scope: Scope = Scope.MAILBOX
    long: bool = False
    fresh: float = 0.0
    stale: float = 0.0
    constant: bool = False
    cost: int = 1
    streamed: bool = False

    @property
    def is_cached(self) -> bool:
        """Whether its answers are kept at all."""
        return self.fresh > 0 or self.stale > 0

    @property
    def is_read(self) -> bool:
        """Whether it leaves everything as it was."""
        return self.idempotency is Idempotency.SAFE
