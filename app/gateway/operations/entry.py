"""What the table of operations says about each request to Graph."""

from dataclasses import dataclass
from enum import StrEnum

from app.gateway.translation.result import Translate

__all__ = [
    "EVERY_WAY",
    "LIVE",
    "Idempotency",
    "Operation",
    "Scope",
    "Way",
    "Workload",
]


class Workload(StrEnum):
    """A part of Graph that fails, and is watched, by itself.

    Writes may be throttled or fail while reads pass, hence two of most.
    """

    MAIL_READ = "mail-read"
    MAIL_WRITE = "mail-write"
    CALENDAR_READ = "calendar-read"
    CALENDAR_WRITE = "calendar-write"
    CONTACTS_READ = "contacts-read"
    CONTACTS_WRITE = "contacts-write"
    SETTINGS_READ = "settings-read"
    SETTINGS_WRITE = "settings-write"
    PEOPLE = "people"
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


class Way(StrEnum):
    """A way to answer a read; they are tried in this order.

    - ``fresh-cache``: what is kept, as long as it is as good as new;
    - ``revalidating-cache``: what is kept, a while longer, while Graph is
      asked in the background;
    - ``graph``: what Graph says;
    - ``stale-cache``: what is kept, in place of a passing failure.
    """

    FRESH = "fresh-cache"
    REVALIDATE = "revalidating-cache"
    GRAPH = "graph"
    STALE = "stale-cache"


LIVE = (Way.GRAPH,)
EVERY_WAY = (Way.FRESH, Way.REVALIDATE, Way.GRAPH, Way.STALE)


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
        fallback: In which ways it may be answered; each of the three times
            below counts only with its way. What must never be old lacks
            ``stale-cache`` and ``revalidating-cache``.
        fresh: Seconds for which an answer may be given again as fresh.
        revalidate: Seconds after that for which it may be given while Graph
            is asked in the background.
        stale: Seconds after freshness for which it may stand in for an
            error.
        conditional: Whether Graph heeds ``If-None-Match`` for it. Microsoft
            documents that for no resource of Outlook's or the directory's.
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
    fallback: tuple[Way, ...] = LIVE
    fresh: float = 0.0
    revalidate: float = 0.0
    stale: float = 0.0
    conditional: bool = False
    constant: bool = False
    cost: int = 1
    streamed: bool = False

    @property
    def is_cached(self) -> bool:
        """Whether its answers are kept at all."""
        return self.fallback != LIVE and self.fresh + self.stale > 0

    @property
    def is_read(self) -> bool:
        """Whether it leaves everything as it was."""
        return self.idempotency is Idempotency.SAFE
