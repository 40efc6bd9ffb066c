"""Who can read a ledger: those who have one of its keys."""

import pytest
from sqlalchemy import select

from app.ledger.database import Database
from app.ledger.schema import ledger_keys
from app.ledger.vault import KeysLost, Vault
from app.problems.errors import Outcome
from app.problems.ledger import LedgerUnavailable
from tests.support.ledger import Place

pytestmark = pytest.mark.anyio

OLD, NEW, OTHER = b"an-old-key", b"a-new-key", b"a-key-of-others"


async def _wrapped(database: Database) -> bytes:
    """Return the data key as it is kept, without opening the ledger."""
    keys = select(ledger_keys.c.wrapped)
    found: bytes = await database._engine.run(
        lambda connection: connection.execute(keys).scalar_one()
    )
    return found


async def test_keys_are_rotated(place: Place) -> None:
    """What an old key sealed opens with the new one, and names stay."""
    async with place.database([OLD]) as database:
        vault = await database.open()
        sealed = vault.seal(b"Dear Grace", "row 1")
        name = vault.digest("ada@contoso.example", b"key")
        at_first = await _wrapped(database)
    async with place.database([NEW, OLD]) as database:
        await database.open()
        then = await _wrapped(database)
    async with place.database([NEW]) as database:
        vault = await database.open()

        assert vault.open(sealed, "row 1") == b"Dear Grace"
        assert vault.digest("ada@contoso.example", b"key") == name
        assert await _wrapped(database) == then != at_first


async def test_a_process_with_the_old_keys_goes_on(place: Place) -> None:
    """While keys are rotated one process after the other, all can read."""
    async with (
        place.database([OLD, NEW]) as one,
        place.database([NEW, OLD]) as other,
    ):
        sealed = (await one.open()).seal(b"Dear Grace", "row 1")

        assert (await other.open()).open(sealed, "row 1") == b"Dear Grace"
    async with place.database([OLD, NEW]) as one:
        assert (await one.open()).open(sealed, "row 1") == b"Dear Grace"


async def test_without_its_keys_it_is_left_as_it_is(place: Place) -> None:
    """Wrong keys: told so, nothing is overwritten, the right ones open it."""
    async with place.database([OLD]) as database:
        await database.open()
        before = await _wrapped(database)
    async with place.database([OTHER]) as database:
        with pytest.raises(LedgerUnavailable) as refused:
            await database.open()

        assert refused.value.detail == "The ledger was sealed with other keys."
        assert refused.value.outcome is Outcome.NOT_PERFORMED
        assert [line["error"] for line in place.events()] == ["keys-lost"]
        assert await _wrapped(database) == before
    async with place.database([OTHER, OLD]) as database:
        await database.open()


def test_a_binding_is_part_of_the_seal() -> None:
    """What was moved, changed, or sealed elsewhere does not open."""
    vault, other = Vault(bytes(32)), Vault(b"x" * 32)
    sealed = vault.seal(b"Dear Grace", "row 1")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])

    assert vault.open(sealed, "row 1") == b"Dear Grace"
    for foreign, where in ((sealed, "row 2"), (changed, "row 1"), (b"", "")):
        with pytest.raises(KeysLost):
            vault.open(foreign, where)
    with pytest.raises(KeysLost):
        other.open(sealed, "row 1")
    assert b"Grace" not in sealed


def test_parts_of_a_name_keep_their_bounds() -> None:
    """Two names that read the same, put together, are two."""
    vault = Vault(bytes(32))

    assert vault.digest("ab", "c") != vault.digest("a", "bc")
    assert vault.digest("ab") == vault.digest(b"ab")
    assert vault.digest("ab") != Vault(b"x" * 32).digest("ab")
