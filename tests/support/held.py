"""Let no virtual time pass while a database is at work.

A connection is out of its pool from the first to the last word that is spoken
over it, and nothing but the database is awaited meanwhile. Beside that,
connections are made and closed.
"""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.pool import Pool

from tests.support.virtual_loop import VirtualLoop

__all__ = ["watch_databases"]

_passing: dict[VirtualLoop, int] = {}
"""Holds that end when a connection is next taken or given back."""


def watch_databases() -> None:
    """Hold the virtual clock whenever any database is used, from now on."""
    event.listen(Engine, "do_connect", _connect)
    event.listen(Pool, "checkout", _taken)
    event.listen(Pool, "checkin", _given_back)
    event.listen(Pool, "close", _hold_in_passing)
    event.listen(Engine, "engine_disposed", _let_go)


def _loop() -> VirtualLoop | None:
    with suppress(RuntimeError):
        loop = asyncio.get_running_loop()
        return loop if isinstance(loop, VirtualLoop) else None
    return None


def _connect(
    dialect: Dialect, _record: object, args: Any, options: Any
) -> DBAPIConnection:
    """Connect, and hold: more is said before the connection is taken."""
    _hold_in_passing()
    try:
        return dialect.connect(*args, **options)
    except BaseException:
        _let_go()
        raise


def _hold_in_passing(*_about: Any) -> None:
    if loop := _loop():
        loop.hold()
        _passing[loop] = _passing.get(loop, 0) + 1


def _taken(*_about: Any) -> None:
    if loop := _loop():
        loop.hold()
        _let_go()


def _given_back(*_about: Any) -> None:
    if loop := _loop():
        loop.release()
        _let_go()


def _let_go(*_about: Any) -> None:
    if loop := _loop():
        for _ in range(_passing.pop(loop, 0)):
            loop.release()
