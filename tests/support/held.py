"""Let no virtual time pass while a database is at work.

A connection is out of its pool from the first to the last word that is spoken
over it, and nothing but the database is awaited meanwhile. Beside that,
connections are made, tried and closed.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from tests.support.virtual_loop import VirtualLoop

__all__ = ["watch_databases"]

_in_use: dict[ConnectionPoolEntry, VirtualLoop] = {}
"""Places in pools whose connection is being made or is taken."""

_closing: dict[VirtualLoop, int] = {}
"""How many are being closed. What is told next is told after that."""


def watch_databases() -> None:
    """Hold the virtual clock whenever any database is used, from now on."""
    event.listen(Engine, "do_connect", _connect)
    event.listen(Pool, "checkout", _taken)
    event.listen(Pool, "checkin", _given_back)
    event.listen(Pool, "close", _closes)
    event.listen(Engine, "engine_disposed", _closed)


class _Held(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """Holds the clock when a pool tries it, for then it is not yet taken."""

    async def execute(self, *args: Any, **options: Any) -> Any:
        with _holding():
            return await super().execute(*args, **options)

    async def fetchrow(self, *args: Any, **options: Any) -> Any:
        with _holding():
            return await super().fetchrow(*args, **options)


def _loop() -> VirtualLoop | None:
    with suppress(RuntimeError):
        loop = asyncio.get_running_loop()
        return loop if isinstance(loop, VirtualLoop) else None
    return None


@contextmanager
def _holding() -> Iterator[None]:
    loop = _loop()
    if loop is None:
        yield
        return
    loop.hold()
    try:
        yield
    finally:
        loop.release()


def _connect(
    dialect: Dialect, place: ConnectionPoolEntry, args: Any, options: Any
) -> DBAPIConnection:
    """Connect, and hold on: more is said before the connection is taken."""
    if dialect.driver == "asyncpg":
        options["connection_class"] = _Held
    _hold(place)
    try:
        return dialect.connect(*args, **options)
    except BaseException:
        _release(place)
        raise


def _taken(_connection: object, place: ConnectionPoolEntry, _: object) -> None:
    _hold(place)


def _given_back(_connection: object, place: ConnectionPoolEntry) -> None:
    _release(place)


def _closes(_connection: object, _place: object) -> None:
    if loop := _loop():
        loop.hold()
        _closing[loop] = _closing.get(loop, 0) + 1


def _closed(*_about: object) -> None:
    if loop := _loop():
        for _ in range(_closing.pop(loop, 0)):
            loop.release()


def _hold(place: ConnectionPoolEntry) -> None:
    if place not in _in_use and (loop := _loop()):
        loop.hold()
        _in_use[place] = loop
    _closed()


def _release(place: ConnectionPoolEntry) -> None:
    if loop := _in_use.pop(place, None):
        loop.release()
    _closed()
