"""Services that end as if they were killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.sandbox import Sandbox
from app.settings import Settings
from tests.support.service import Service, started

__all__ = ["killed"]


@asynccontextmanager
async def killed(
    settings: Settings, sandbox: Sandbox
) -> AsyncIterator[Service]:
    """Start a service that is killed in the end.

    What it was at is left as it is. Its name in the ledger is free then, for
    whoever starts next.
    """
    async with started(settings, sandbox) as service:
        before = asyncio.all_tasks()
        yield service
        mine = asyncio.all_tasks() - before
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
