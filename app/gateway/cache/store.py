"""Where answers are kept: what every such place offers."""

from typing import Protocol

from app.gateway.cache.keys import CacheKey
from app.models.answers import Answer

__all__ = ["Entry", "Store"]


class Entry:
    """A kept answer.

    Nothing but the answer itself is kept of what Graph sent: limits and
    pauses that it named were about that one request.

    Attributes:
        stored_at: When Graph gave or confirmed it, in seconds of the clock.
        tick: What `Writes` stamped the question to Graph with.
        spread: What the time of its freshness is multiplied by, so that
            what was stored together does not expire together.
    """

    __slots__ = ("_answer", "spread", "stored_at", "tick")

    def __init__(
        self, answer: Answer, stored_at: float, tick: int, spread: float = 1.0
    ) -> None:
        self._answer = answer
        self.stored_at = stored_at
        self.tick = tick
        self.spread = spread

    @property
    def answer(self) -> Answer:
        """The answer, serialized and ready to be sent.

        To get it ready may take a while: whoever only wants to know how old
        it is does not ask for it.
        """
        return self._answer

    def __repr__(self) -> str:
        """Tell all of it."""
        return f"Entry{self._all()}"

    def __eq__(self, other: object) -> bool:
        """Compare answers, and all that is known of them."""
        return isinstance(other, Entry) and self._all() == other._all()

    # As Python has it for whoever is compared by value; typeshed has a method.
    __hash__ = None  # type: ignore[assignment]

    def _all(self) -> tuple[Answer, float, int, float]:
        return self.answer, self.stored_at, self.tick, self.spread


class Store(Protocol):
    """Keeps answers under keys; may forget any of them at any time.

    A store outside the process seals what it writes (`Sealer`). Whatever is
    the matter with it, it raises nothing: what cannot be read is a miss.
    """

    async def get(self, key: CacheKey) -> Entry | None:
        """Return what is kept under a key."""

    async def put(self, key: CacheKey, entry: Entry) -> None:
        """Keep an answer in place of an older one."""

    async def drop(self, key: CacheKey) -> None:
        """Forget an answer."""

    async def purge(
        self,
        tenant: str,
        mailbox: str | None = None,
        *,
        principal: str | None = None,
    ) -> int:
        """Forget all answers of a tenant, and return how many those were.

        Args:
            tenant: Whose answers.
            mailbox: Only those about this mailbox; None for all.
            principal: Only those fetched with these rights; None for all.
        """

    def bytes_used(self) -> int:
        """Return the size of what is kept."""

    def __len__(self) -> int:
        """Return how many answers are kept."""
