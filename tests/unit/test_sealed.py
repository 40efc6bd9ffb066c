"""Sealed entries: they open for who may, and are nothing to all others."""

from hypothesis import given
from hypothesis import strategies as st

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.sealed import Sealer
from app.gateway.cache.store import Entry
from app.models.answers import Answer

TEXTS = st.text(max_size=20)
BYTES = st.binary(max_size=40)
KEYS = st.builds(
    CacheKey,
    tenant=TEXTS,
    principal=TEXTS,
    mailbox=st.none() | TEXTS,
    question=BYTES,
)
ENTRIES = st.builds(
    Entry,
    answer=st.builds(
        Answer,
        body=BYTES,
        etag=st.none() | TEXTS,
        next_cursor=st.none() | TEXTS,
        created=st.none() | TEXTS,
    ),
    stored_at=st.floats(allow_nan=False),
    tick=st.integers(min_value=0, max_value=2**63 - 1),
    spread=st.floats(min_value=0.9, max_value=1.1),
)
SEALER = Sealer([b"first", b"second"], release="1")


@given(KEYS, ENTRIES)
def test_t128_what_was_sealed_opens(key: CacheKey, entry: Entry) -> None:
    """Everything that an entry says comes back."""
    assert SEALER.open(key, SEALER.seal(key, entry)) == entry


@given(KEYS, ENTRIES, st.data())
def test_t128_every_bit_counts(
    key: CacheKey, entry: Entry, data: st.DataObject
) -> None:
    """With one bit turned, or cut anywhere, it is nothing."""
    sealed = bytearray(SEALER.seal(key, entry))
    cut = data.draw(st.integers(min_value=0, max_value=len(sealed) - 1))
    bit = data.draw(st.integers(min_value=0, max_value=7))
    short = bytes(sealed[:cut])
    sealed[cut] ^= 1 << bit

    assert SEALER.open(key, bytes(sealed)) is None
    assert SEALER.open(key, short) is None


@given(KEYS, st.binary(max_size=200))
def test_t128_noise_is_nothing(key: CacheKey, noise: bytes) -> None:
    """Whatever lies there: no error, no entry."""
    assert SEALER.open(key, noise) is None


@given(KEYS, KEYS, ENTRIES)
def test_t128_a_foreign_key_opens_nothing(
    mine: CacheKey, theirs: CacheKey, entry: Entry
) -> None:
    """An entry opens under the key that it was sealed for."""
    found = SEALER.open(theirs, SEALER.seal(mine, entry))

    assert (found == entry) == (mine == theirs)
    assert (found is None) == (mine != theirs)


@given(KEYS, ENTRIES)
def test_t128_secrets_rotate(key: CacheKey, entry: Entry) -> None:
    """Every secret opens, the first one seals, and foreign ones do not."""
    before = Sealer([b"second"], release="1")
    other = Sealer([b"third"], release="1")
    later = Sealer([b"first", b"second"], release="2")

    assert SEALER.open(key, before.seal(key, entry)) == entry
    assert before.open(key, SEALER.seal(key, entry)) is None
    assert other.open(key, SEALER.seal(key, entry)) is None
    assert later.open(key, SEALER.seal(key, entry)) is None


@given(KEYS, ENTRIES)
def test_t128_the_same_is_never_sealed_alike(
    key: CacheKey, entry: Entry
) -> None:
    """Who watches the store does not see that nothing has changed."""
    assert SEALER.seal(key, entry) != SEALER.seal(key, entry)


@given(KEYS, KEYS)
def test_keys_are_told_apart(one: CacheKey, other: CacheKey) -> None:
    """Different keys have different bytes."""
    assert (one.encoded() == other.encoded()) == (one == other)
