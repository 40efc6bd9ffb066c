"""The store in memory: what it holds, and what it forgets."""

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.memory import MemoryStore
from app.gateway.cache.store import Entry
from app.models.answers import Answer
from tests.support.gateway import READ, gateway
from tests.support.scripted import ScriptedGraph

pytestmark = pytest.mark.anyio

TENANTS, PRINCIPALS = ("contoso", "fabrikam"), ("app", "ada")
MAILBOXES = (None, "ada", "grace")
KEYS = st.builds(
    CacheKey,
    tenant=st.sampled_from(TENANTS),
    principal=st.sampled_from(PRINCIPALS),
    mailbox=st.sampled_from(MAILBOXES),
    question=st.sampled_from((b"a", b"b", b"c")),
)
STEPS = st.one_of(
    st.tuples(st.just("put"), KEYS, st.integers(0, 3000)),
    st.tuples(st.just("drop"), KEYS),
    st.tuples(
        st.just("purge"),
        st.sampled_from(TENANTS),
        st.sampled_from(MAILBOXES),
        st.none() | st.sampled_from(PRINCIPALS),
    ),
)


def entry(size: int = 10, tick: int = 0) -> Entry:
    return Entry(Answer(body=b"x" * size), 0.0, tick)


def key(**changes: Any) -> CacheKey:
    usual = CacheKey(
        tenant="contoso",
        principal="app",
        mailbox="ada",
        question=b"a",
    )
    return usual._replace(**changes)


def doomed(one: CacheKey, step: tuple[Any, ...]) -> bool:
    _, tenant, mailbox, principal = step
    return (
        one.tenant == tenant
        and mailbox in {None, one.mailbox}
        and principal in {None, one.principal}
    )


@given(st.lists(STEPS, max_size=80))
def test_it_is_a_dictionary_with_purges(steps: list[Any]) -> None:
    """With room enough, it has what was put in and not taken out."""

    async def check() -> None:
        store, model = MemoryStore(10_000_000), dict[CacheKey, Entry]()
        for step in steps:
            if step[0] == "put":
                model[step[1]] = entry(step[2])
                await store.put(step[1], model[step[1]])
            elif step[0] == "drop":
                model.pop(step[1], None)
                await store.drop(step[1])
            else:
                gone = [one for one in model if doomed(one, step)]
                count = await store.purge(step[1], step[2], principal=step[3])
                assert count == len(gone)
                for one in gone:
                    del model[one]
            assert len(store) == len(model)
        for one, kept in model.items():
            assert await store.get(one) == kept

    asyncio.run(check())


@given(st.lists(STEPS, max_size=80))
def test_it_keeps_within_its_bound(steps: list[Any]) -> None:
    """Never more bytes than allowed, and no trace of what had to go."""

    async def check() -> None:
        store = MemoryStore(8000)
        for step in steps:
            if step[0] == "put":
                await store.put(step[1], entry(step[2]))
            assert store.bytes_used() <= 8000
        left = len(store)
        counts = [await store.purge(tenant) for tenant in TENANTS]
        assert sum(counts) == left
        assert store.bytes_used() == len(store) == 0
        assert not store._about

    asyncio.run(check())


async def test_each_part_of_a_question_tells_it_from_others(
    tmp_path: Path,
) -> None:
    """Whatever an answer depends on, another of it is another key."""
    async with gateway(tmp_path, ScriptedGraph()) as service:
        calls = [
            service.call(),
            service.call(replace(READ, name="messages.others")),
            service.call(target="/elsewhere"),
            service.call(representation="text"),
            service.call(binding="/elsewhere"),
            service.call(headers={"Prefer": "text"}),
            service.call(body=b"{}"),
            service.call(mailbox="grace@contoso.example"),
            service.call(tenant="fabrikam"),
            service.call(principal="ada"),
        ]
    keys = [CacheKey.of(call) for call in calls]

    assert CacheKey.of(calls[0]) == keys[0]
    assert len(set(keys)) == len(keys)


async def test_the_least_recently_used_goes_first() -> None:
    """What is asked for stays."""
    store = MemoryStore(7000)
    for question in (b"a", b"b", b"c"):
        await store.put(key(question=question), entry())
    await store.get(key(question=b"a"))
    await store.put(key(question=b"d"), entry())

    assert await store.get(key(question=b"a"))
    assert await store.get(key(question=b"b")) is None
    assert len(store) == 3


async def test_what_was_replaced_lately_stays_too() -> None:
    """Others go for what it takes more than the one whose place it takes."""
    store = MemoryStore(7000)
    for question in (b"a", b"b", b"c"):
        await store.put(key(question=question), entry())
    await store.put(key(question=b"a"), entry(1000))

    assert await store.get(key(question=b"a")) == entry(1000)
    assert await store.get(key(question=b"b")) is None
    assert len(store) == 2


async def test_t126_what_is_older_replaces_nothing() -> None:
    """An answer asked for earlier does not take a later one's place."""
    store = MemoryStore(10_000)
    await store.put(key(), entry(10, tick=5))
    await store.put(key(), entry(20, tick=4))
    before = await store.get(key())
    await store.put(key(), entry(30, tick=5))

    assert before == entry(10, tick=5)
    assert await store.get(key()) == entry(30, tick=5)


async def test_what_is_too_large_is_not_kept() -> None:
    """One answer larger than the whole store drives nothing out."""
    store = MemoryStore(3000)
    await store.put(key(), entry(10))
    # What is random cannot be packed.
    noise = Entry(Answer(body=Random(1).randbytes(5000)), 0.0, 0)
    await store.put(key(question=b"b"), noise)

    assert await store.get(key())
    assert await store.get(key(question=b"b")) is None


async def test_a_long_text_takes_little_room_and_stays_what_it_is() -> None:
    """It is packed while it is kept; whoever asks does not see that."""
    store = MemoryStore(100_000)
    page = Entry(Answer(body=b'{"subject":"numbers"},' * 2000), 1.0, 2, 0.9)
    await store.put(key(), page)

    assert store.bytes_used() < len(page.answer.body) / 4
    assert await store.get(key()) == page


async def opened(store: MemoryStore) -> Answer:
    """Return the one answer that is kept, as it is given."""
    entry = await store.get(key())
    assert entry
    return entry.answer


async def test_nothing_is_unpacked_for_who_only_looks_how_old_it_is() -> None:
    """Most that is looked at is too old, and asked for anew."""
    store = MemoryStore(10_000_000)
    page = Entry(Answer(body=b'{"subject":"numbers"},' * 2000), 1.0, 2, 0.9)
    await store.put(key(), page)
    used = store.bytes_used()
    entry = await store.get(key())

    assert entry
    assert (entry.stored_at, entry.tick, entry.spread) == (1.0, 2, 0.9)
    assert store.bytes_used() == used
    assert entry.answer == page.answer
    assert store.bytes_used() > used


async def test_an_entry_stays_what_it_was() -> None:
    """What took its place meanwhile is not given for it, nor it for that."""
    store = MemoryStore(10_000_000)
    page, other = (
        Entry(Answer(body=text * 2000), 1.0, 2, 0.9)
        for text in (b'{"subject":"numbers"},', b'{"subject":"words"},')
    )
    await store.put(key(), page)
    before = await store.get(key())
    await store.put(key(), other)

    assert before == page
    assert await store.get(key()) == other
    assert before == page


async def test_what_was_asked_for_lately_is_there_unpacked() -> None:
    """Until there is another, or none: it is never given in its place."""
    store = MemoryStore(10_000_000)
    page, other = (
        Entry(Answer(body=text * 2000), 1.0, 2, 0.9)
        for text in (b'{"subject":"numbers"},', b'{"subject":"words"},')
    )
    await store.put(key(), page)
    first, again = await opened(store), await opened(store)
    await store.put(key(), other)

    assert first is again
    assert await store.get(key()) == other
    assert store.bytes_used() > len(other.answer.body)
    await store.drop(key())
    assert await store.get(key()) is None
    assert store.bytes_used() == 0
