"""What is known at a moment about the service and each tenant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.models.health import TokenState
from app.services.status.history import Spell

__all__ = ["Facts", "TenantFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantFacts:
    """A tenant.

    ``met`` are the problems that its requests meet, by code, and since when;
    ``cause`` is the last one but those of breakers, however long ago.
    ``broken`` and ``isolated`` are workloads whose breaker is open by itself
    and by hand, ``no_retries`` those whose retries are used up. ``paused``
    counts the mailboxes that Graph wants left alone. Graph ``has_just_failed``
    if it did when it was asked last; ``graph_p95`` is how long it takes, and
    ``secret_left`` how long the secret is good for, in seconds.
    """

    tenant: str
    spell: Spell
    met: Mapping[str, float]
    token: TokenState
    cause: str | None = None
    broken: Sequence[str] = ()
    isolated: Sequence[str] = ()
    no_retries: Sequence[str] = ()
    paused: int = 0
    has_just_failed: bool = False
    graph_p95: float | None = None
    secret_left: float | None = None

    @property
    def has_token(self) -> bool:
        """Whether calls can go on with the token there is."""
        left = self.token.expires_in
        return left is not None and left > 0

    def fails_by(self, *codes: str) -> bool:
        """Tell whether these problems are why requests fail now."""
        return self.spell.is_failing and any(
            self.spell.codes[code] > 1 for code in codes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything: the tenants, and the service around them.

    ``unplaced`` is about requests that came to no tenant, ``unplaced_met``
    the problems that those meet, and since when. ``outbox`` counts sends by
    state, ``due`` is how long the oldest has been due, in seconds.
    """

    now: float
    tenants: Sequence[TenantFacts]
    unplaced: Spell = field(default_factory=Spell)
    unplaced_met: Mapping[str, float] = field(default_factory=dict)
    is_ledger_lost: bool = False
    outbox: Mapping[str, int] = field(default_factory=dict)
    due: float = 0.0
    is_stopping: bool = False
