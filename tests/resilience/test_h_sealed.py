"""Cases H: what is kept outside the process."""

from pathlib import Path
from typing import Any

import pytest

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.sealed import Sealer
from app.gateway.cache.store import Entry
from app.gateway.operations.mail import GET_MESSAGE
from tests.support.gateway import Gateway, gateway
from tests.support.scripted import Answer, ScriptedGraph

pytestmark = pytest.mark.anyio

CANARY = "canary-of-the-subject"
LETTER = Answer(body=b'{"id": "m1", "subject": "%s"}' % CANARY.encode())


class SealedShelf:
    """A store outside the process: it only ever sees bytes."""

    def __init__(self, secret: bytes) -> None:
        self.shelf: dict[bytes, bytes] = {}
        self.sealer = Sealer([secret], release="1")

    async def get(self, key: CacheKey) -> Entry | None:
        found = self.shelf.get(key.encoded())
        return None if found is None else self.sealer.open(key, found)

    async def put(self, key: CacheKey, entry: Entry) -> None:
        self.shelf[key.encoded()] = self.sealer.seal(key, entry)

    async def drop(self, key: CacheKey) -> None:
        self.shelf.pop(key.encoded(), None)

    async def purge(
        self,
        tenant: str,
        mailbox: str | None = None,
        *,
        principal: str | None = None,
    ) -> int:
        raise NotImplementedError

    def bytes_used(self) -> int:
        return sum(map(len, self.shelf.values()))

    def __len__(self) -> int:
        return len(self.shelf)


async def read(built: Gateway, message: str = "m1") -> Any:
    target = f"/users/ada@contoso.example/messages/{message}"
    return await built.ask(GET_MESSAGE, target=target)


async def test_t128_what_is_kept_cannot_be_read(tmp_path: Path) -> None:
    """The store sees nothing of the letter; the caller sees all of it."""
    store = SealedShelf(b"secret")
    graph = ScriptedGraph(otherwise=LETTER)
    async with gateway(tmp_path, graph, store=store) as built:
        first = await read(built)
        second = await read(built)

    assert CANARY.encode() in first.body
    assert second.body == first.body
    assert second.etag == first.etag
    assert second.delivery.status.startswith("hit")
    assert len(graph.heard) == 1
    for sealed in store.shelf.values():
        assert CANARY.encode() not in sealed


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="emptied"),
        pytest.param(lambda sealed: sealed[:-1], id="cut short"),
        pytest.param(lambda sealed: sealed[:12], id="cut to the nonce"),
        pytest.param(lambda sealed: sealed + b"\0", id="longer"),
        pytest.param(
            lambda sealed: sealed[:20] + b"\xff\x00" + sealed[22:],
            id="changed",
        ),
        pytest.param(
            lambda _: b"cposix\nsystem\n(S'false'\ntR.", id="a pickle"
        ),
    ],
)
async def test_t128_a_tampered_value_is_a_miss(
    tmp_path: Path, damage: Any
) -> None:
    """Whatever was put in its place, Graph is asked, and nothing breaks."""
    store = SealedShelf(b"secret")
    graph = ScriptedGraph(otherwise=LETTER)
    async with gateway(tmp_path, graph, store=store) as built:
        first = await read(built)
        store.shelf = {k: damage(v) for k, v in store.shelf.items()}
        second = await read(built)

    assert second.body == first.body
    assert second.delivery.status == "fwd=uri-miss; stored"
    assert len(graph.heard) == 2


async def test_t128_an_entry_opens_under_its_own_key_only(
    tmp_path: Path,
) -> None:
    """Exchanged with another one's, an answer is not given to the wrong."""
    store = SealedShelf(b"secret")
    graph = ScriptedGraph(otherwise=LETTER)
    async with gateway(tmp_path, graph, store=store) as built:
        await read(built, "m1")
        await read(built, "m2")
        (one, mine), (other, theirs) = store.shelf.items()
        store.shelf = {one: theirs, other: mine}
        await read(built, "m1")

    assert len(graph.heard) == 3


async def test_t128_another_secret_opens_nothing(tmp_path: Path) -> None:
    """After a change of all secrets the cache is as good as empty."""
    store = SealedShelf(b"secret")
    graph = ScriptedGraph(otherwise=LETTER)
    async with gateway(tmp_path, graph, store=store) as built:
        await read(built)
        store.sealer = Sealer([b"another"], release="1")
        await read(built)

    assert len(graph.heard) == 2
