"""Run what asks, until it is done or somebody says stop."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

__all__ = ["until_told"]

Found = TypeVar("Found")


def until_told(work: Coroutine[Any, Any, Found]) -> Found:
    """Run it in a loop of its own and return what it returns.

    What a handler of Python's raises in the midst of a callback is taken for
    an error of that callback, and all goes on.

    Raises:
        SystemExit: SIGTERM came first.
    """

    async def cancelled_by_signal() -> Found:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    outside = signal.getsignal(signal.SIGTERM)
    try:
        return uvloop.run(cancelled_by_signal())
    except asyncio.CancelledError:
        sys.exit(1)
    finally:
        signal.signal(signal.SIGTERM, outside)
