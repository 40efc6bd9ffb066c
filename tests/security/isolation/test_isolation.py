"""Nobody ever sees what belongs to somebody else."""

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from tests.security.isolation.play import Send, play

pytestmark = pytest.mark.anyio

CALLS = 1_500
SHOWN = ("stale", "kept", "replayed", "refused")


@pytest.mark.attack(
    "Five principals in two tenants ask at random, at the same moment, with"
    " each other's ids, cursors, keys and entity tags, while Graph fails",
    "Nobody is told a word of another's",
)
@pytest.mark.long
async def test_nobody_sees_what_is_another_s(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """In answers, the log and the database, whatever has happened."""
    played = await play(tmp_path, seed=1, calls=CALLS)
    record_property("isolation", str(played))

    assert played.leaks == []
    assert played.wrong == []
    assert played.seen > CALLS / 4
    assert min(played.answers[kind] for kind in SHOWN) > 5


def by_url(url: str, _headers: dict[str, str]) -> Hashable:
    return url


def by_tenant(url: str, headers: dict[str, str]) -> Hashable:
    token = headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    return url, claims["tid"]


@pytest.mark.parametrize("key", [by_url, by_tenant])
@pytest.mark.long
async def test_a_cache_without_the_principal_would_be_found(
    tmp_path: Path, key: Callable[[str, dict[str, str]], Hashable]
) -> None:
    """Between callers and service, it gives answers to whoever asks next."""

    def sharing(send: Send) -> Send:
        kept: dict[Hashable, httpx.Response] = {}

        async def shared(
            method: str, url: str, *, headers: dict[str, str], **options: Any
        ) -> httpx.Response:
            if method != "GET":
                return await send(method, url, headers=headers, **options)
            name = key(url, headers)
            if name not in kept:
                kept[name] = await send(method, url, headers=headers)
            return kept[name]

        return shared

    played = await play(tmp_path, seed=1, calls=200, through=sharing)

    assert played.leaks
    assert played.wrong
