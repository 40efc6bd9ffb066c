"""The loop that the other tests run on."""

import asyncio
import math

import pytest

from app.clock import SystemClock

pytestmark = pytest.mark.anyio


async def test_the_shortest_sleep_passes() -> None:
    """Who sleeps until a moment has reached it afterwards."""
    loop = asyncio.get_running_loop()
    moment = math.nextafter(loop.time(), math.inf)

    await SystemClock().sleep(moment - loop.time())

    assert loop.time() >= moment
