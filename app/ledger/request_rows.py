"""The table of requests with an ``Idempotency-Key``."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import msgpack
from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    select,
    update,
)

from app.clock import Clock
from app.ledger.adding import add_unless_there
from app.ledger.answers import pack_result
from app.ledger.database import Database
from app.ledger.forgetting import forget
from app.ledger.leases import LEASE, LeaseLost, free_at, is_free_at, renewal
from app.ledger.request_records import (
    Claim,
    Held,
    Notes,
    Request,
    Step,
    binding_of,
    claim_of,
    continued,
    new_row,
    next_step,
    result_of,
)
from app.ledger.schema import requests
from app.ledger.watches import Watches
from app.models.answers import Answer
from app.problems.errors import ExchangeError, Outcome
from app.problems.refusals import IdempotencyKeyReused

__all__ = ["RequestRows"]

_IS_IT = requests.c.id == bindparam("of")

_FIND = select(requests).where(_IS_IT).with_for_update()
_TAKE = update(requests).where(_IS_IT)
_WRITE = _TAKE.where(
    requests.c.claim == bindparam("under"),
    requests.c.marker == bindparam("by"),
)

Found = Claim | Held | Answer | ExchangeError


class RequestRows:
    """Hands claims on requests out, and takes down what became of them.

    What an older claim than the newest has to say is refused (`LeaseLost`).
    """

    def __init__(
        self, database: Database, owner: str, clock: Clock, keep: float
    ) -> None:
        """Take the place.

        Args:
            database: The ledger.
            owner: The name of this process in it.
            clock: Tells the time.
            keep: Seconds for which a key is remembered.
        """
        self._database = database
        self._owner = owner
        self._clock = clock
        self._keep = keep
        self._watches: Watches[bytes, Held] = Watches(clock)

    async def claim(self, request: Request) -> Found:
        """Return a claim, or who has it, or how the request has ended.

        While there is a claim the row tells that nobody knows what has
        become of the request, as it will be if this process ends now.

        Raises:
            IdempotencyKeyReused: The key belongs to another request.
            LedgerUnavailable: There is no claim, or nobody knows of it.
        """

        def claim(connection: Connection) -> Found:
            fresh = new_row(
                request,
                self._database.vault,
                owner=self._owner,
                now=self._now(),
                keep=self._keep,
            )
            while True:
                if add_unless_there(connection, requests, fresh):
                    return claim_of(fresh)
                found = connection.execute(_FIND, {"of": fresh["id"]})
                row = found.mappings().one_or_none()
                # Else it was forgotten between the two.
                if row is not None:
                    return self._next(connection, row, fresh)

        return await self._database.transaction(claim)

    async def keep(self, claim: Claim, result: Answer | ExchangeError) -> None:
        """Take down how a request has ended, for good."""
        packed = pack_result(result)

        def keep(connection: Connection) -> None:
            sealed = self._sealed(claim, "result", packed)
            ended = {"result": sealed, "notes": None, "before": None}
            _write(connection, claim, **ended, **self._left())

        await self._database.transaction(keep)

    async def release(self, claim: Claim, before: Outcome) -> None:
        """Let others continue, who are told how this attempt has ended.

        If nothing was done the key is free, for other requests too.
        """
        ended: dict[str, Any] = {"before": before, **self._left()}
        if before is Outcome.NOT_PERFORMED:
            ended["notes"] = None
        await self._database.transaction(
            lambda connection: _write(connection, claim, **ended)
        )

    async def note(self, claim: Claim, notes: Notes) -> None:
        """Take down what whoever continues must know."""
        packed = msgpack.encode(notes)

        def note(connection: Connection) -> None:
            sealed = self._sealed(claim, "notes", packed)
            _write(connection, claim, notes=sealed)

        await self._database.transaction(note)

    async def renew(self, claims: Iterable[Claim]) -> None:
        """Keep the leases of claims from ending."""
        until = self._now() + LEASE
        mine = [{"row": each.row, "number": each.number} for each in claims]
        if not mine:
            return
        await self._database.transaction(
            lambda it: it.execute(renewal(requests, until), mine).close()
        )

    async def purge(self) -> int:
        """Forget what is too old to be replayed; return how much it was."""
        now = self._now()
        old = and_(requests.c.expires_at <= now, free_at(requests, now))
        return await forget(self._database, requests, requests.c.id, old)

    def _next(
        self,
        connection: Connection,
        row: RowMapping,
        fresh: Mapping[str, Any],
    ) -> Found:
        """Take the next step with a request that was made before."""
        now = fresh["created_at"]
        step = next_step(
            row, fresh["fingerprint"], now, is_held=self._is_held(row, now)
        )
        vault = self._database.vault
        match step:
            case Step.REFUSE:
                raise IdempotencyKeyReused
            case Step.REPLAY:
                return result_of(row, vault)
            case Step.WAIT:
                return _holder(row)
            case Step.ANEW:
                values = {**fresh, "claim": row["claim"] + 1}
                claim = claim_of(values)
            case Step.CONTINUE:
                claim = continued(row, vault)
                taken = "owner", "lease_until", "before", "expires_at"
                values = {name: fresh[name] for name in taken}
                values["claim"] = claim.number
        connection.execute(_TAKE, {**values, "of": row["id"]})
        return claim

    def _is_held(self, row: RowMapping, now: float) -> bool:
        """Tell whether somebody else is at a request.

        What this process has claimed and still asks for was given up.
        """
        if row["owner"] in {None, self._owner}:
            return False
        is_still = self._watches.is_still(row["id"], _holder(row))
        return not (is_still and is_free_at(row["lease_until"], now))

    def _left(self) -> dict[str, Any]:
        return {
            "owner": None,
            "lease_until": 0.0,
            "expires_at": self._now() + self._keep,
        }

    def _sealed(self, claim: Claim, what: str, plain: bytes) -> bytes:
        binding = binding_of(claim.row, what)
        return self._database.vault.seal(plain, binding)

    def _now(self) -> float:
        return self._clock.wall().timestamp()


def _write(connection: Connection, claim: Claim, **values: Any) -> None:
    """Write under a claim.

    The marker tells a request from one that has its key after it.

    Raises:
        LeaseLost: It is not the newest.
    """
    values |= {"of": claim.row, "under": claim.number, "by": claim.marker}
    if not connection.execute(_WRITE, values).rowcount:
        raise LeaseLost


def _holder(row: RowMapping) -> Held:
    return Held(row["claim"], row["lease_until"])
