"""What is known of a request with an ``Idempotency-Key``. Pure."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Any, NamedTuple

from msgspec import msgpack

from app.ledger.answers import unpack_result
from app.ledger.leases import LEASE
from app.ledger.vault import Vault
from app.models.answers import Answer
from app.problems.errors import ExchangeError, Outcome
from app.problems.refusals import IdempotencyKeyReused

__all__ = [
    "Claim",
    "Held",
    "KeyName",
    "Notes",
    "Request",
    "Step",
    "binding_of",
    "claim_of",
    "continued",
    "is_final",
    "new_row",
    "next_step",
    "outcome_of",
    "replayed",
    "result_of",
]

Notes = Mapping[str, Any]
"""What an attempt has noted for those after it: JSON values by name."""

Row = Mapping[Any, Any]

_MARKER_BYTES = 16


class KeyName(NamedTuple):
    """Which key it is: each is good for one tenant and one caller.

    ``principal`` is whose rights are used.
    """

    tenant: str
    principal: str
    caller: str
    key: str


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be done once: ``fingerprint`` tells it from all else."""

    name: KeyName
    operation: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to carry a request out, for one attempt.

    Attributes:
        row: Stands for the request.
        number: The claim; what is written under an older one is refused.
        marker: A name for what is made; the same for each attempt.
        before: How the attempt before ended; None if it is the first.
        notes: What the attempts before have noted.
    """

    row: bytes
    number: int
    marker: str
    before: Outcome | None = None
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody else's claim, and when its lease ends."""

    number: int
    until: float


class Step(Enum):
    """What to do about a request that was made before."""

    ANEW = "nothing binds it to what was asked before"
    REFUSE = "the key belongs to another request"
    REPLAY = "it has ended"
    WAIT = "somebody is at it"
    CONTINUE = "it has begun, and nobody is at it"


def new_row(
    request: Request, vault: Vault, *, owner: str, now: float, keep: float
) -> dict[str, Any]:
    """Return the row of a request that is made for the first time.

    If nothing is written after it, nobody knows how it has ended.
    """
    row = vault.digest("request", *request.name)
    return {
        "id": row,
        "fingerprint": vault.digest(row, request.fingerprint),
        "marker": secrets.token_hex(_MARKER_BYTES),
        "before": Outcome.UNKNOWN,
        "notes": None,
        "result": None,
        "owner": owner,
        "claim": 1,
        "lease_until": now + LEASE,
        "created_at": now,
        "expires_at": now + keep,
    }


def next_step(
    row: Row, fingerprint: bytes, now: float, *, is_held: bool
) -> Step:
    """Tell what to do about a request by its row."""
    is_other = row["fingerprint"] != fingerprint
    is_freed = row["before"] == Outcome.NOT_PERFORMED
    is_old = row["expires_at"] <= now
    if not is_held and (is_old or (is_other and is_freed)):
        return Step.ANEW
    if is_other:
        return Step.REFUSE
    if row["result"] is not None:
        return Step.REPLAY
    return Step.WAIT if is_held else Step.CONTINUE


def claim_of(row: Row) -> Claim:
    """Return the claim on a request that has just begun."""
    return Claim(row=row["id"], number=row["claim"], marker=row["marker"])


def continued(row: Row, vault: Vault) -> Claim:
    """Return the next claim on a request, by the row that the last left."""
    notes = {}
    if row["notes"] is not None:
        sealed = row["notes"], binding_of(row["id"], "notes")
        notes = msgpack.decode(vault.open(*sealed))
    return Claim(
        row=row["id"],
        number=row["claim"] + 1,
        marker=row["marker"],
        before=Outcome(row["before"]),
        notes=notes,
    )


def result_of(row: Row, vault: Vault) -> Answer | ExchangeError:
    """Return how a request has ended."""
    binding = binding_of(row["id"], "result")
    return unpack_result(vault.open(row["result"], binding))


def is_final(result: Answer | ExchangeError) -> bool:
    """Tell whether a result is replayed, as it would be the same again.

    Who has to sign in again may go on with the same key then.
    """
    if isinstance(result, Answer):
        return True
    if result.status is HTTPStatus.UNAUTHORIZED:
        return False
    is_refusal = result.status < HTTPStatus.INTERNAL_SERVER_ERROR
    is_settled = result.outcome is Outcome.NOT_PERFORMED
    return is_refusal and is_settled and not result.retryable


def replayed(error: ExchangeError) -> ExchangeError:
    """Return how a request has ended, for another that asks for the same.

    It is marked if it is the same for all of them.
    """
    other = error.again()
    is_kept = not isinstance(error, IdempotencyKeyReused)
    other.is_replayed = is_kept and is_final(error)
    return other


def outcome_of(result: Answer | ExchangeError) -> Outcome:
    """Return what became of the work, by its result."""
    if isinstance(result, ExchangeError):
        return result.outcome
    return Outcome.PERFORMED


def binding_of(row: bytes, what: str) -> str:
    """Return what the sealed contents of a row are bound to."""
    return f"request {row.hex()} {what}"
