"""The sandbox and the services as processes that the test can end."""

import asyncio
import json
import signal
import socket
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from os import kill
from pathlib import Path

from app.sandbox.tenants import TENANTS
from tests.support.process import environment

__all__ = ["Child", "Nursery", "Order", "free_port", "nursery", "sandbox"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A service to start, and where it is to kill itself, if anywhere."""

    environment: Mapping[str, str]
    log: str
    point: str | None = None
    nth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A running service; ``died`` will be its exit status."""

    pid: int
    died: "asyncio.Future[int]"

    def end(self, number: signal.Signals) -> None:
        """Send it a signal, if it lives."""
        if not self.died.done():
            # It may be gone though nobody has told it yet.
            with suppress(ProcessLookupError):
                kill(self.pid, number)

    async def lives_for(self, seconds: float) -> bool:
        """Wait; tell whether it is alive at the end."""
        await asyncio.wait([self.died], timeout=seconds)
        return not self.died.done()


@dataclass(slots=True)
class Nursery:
    """Starts services within moments, see `tests.crash.service`."""

    process: asyncio.subprocess.Process
    _waiting: "deque[asyncio.Future[Child]]" = field(default_factory=deque)
    _children: dict[int, Child] = field(default_factory=dict)

    async def bear(self, order: Order) -> Child:
        """Start a service."""
        if self.process.stdin is None:
            raise RuntimeError("the nursery has no stdin")
        loop = asyncio.get_running_loop()
        born: asyncio.Future[Child] = loop.create_future()
        self._waiting.append(born)
        line = json.dumps(asdict(order)).encode()
        self.process.stdin.write(line + b"\n")
        return await born

    async def listen(self) -> None:
        """Hear of births and deaths, to the end."""
        loop = asyncio.get_running_loop()
        if self.process.stdout is None:
            raise RuntimeError("the nursery has no stdout")
        async for line in self.process.stdout:
            told = json.loads(line)
            if pid := told.get("born"):
                child = Child(pid=pid, died=loop.create_future())
                self._children[pid] = child
                self._waiting.popleft().set_result(child)
            else:
                died = self._children.pop(told["died"]).died
                died.set_result(told["status"])
        for child in self._children.values():
            child.died.set_result(-signal.SIGKILL)


@asynccontextmanager
async def nursery(
    graph: str, data_dir: Path, **variables: str
) -> AsyncIterator[Nursery]:
    """Open a nursery of services for a sandbox; all end with it."""
    tenants = [
        {
            "alias": tenant.name.lower(),
            "tenant_id": tenant.id,
            "client_id": tenant.client_id,
            "client_secret": tenant.credential,
        }
        for tenant in TENANTS
    ]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.crash.service"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment(
            data_dir,
            EXCHANGE_SANDBOX="false",
            EXCHANGE_GRAPH_BASE_URL=f"{graph}/v1.0",
            EXCHANGE_AUTHORITY_URL=graph,
            EXCHANGE_TENANTS=json.dumps(tenants),
            **variables,
        ),
    )
    opened = Nursery(process)
    listening = asyncio.create_task(opened.listen())
    try:
        yield opened
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
        await listening


@asynccontextmanager
async def sandbox(latency: float) -> AsyncIterator[str]:
    """Start a sandbox; yield its address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.sandbox", "--port", "0"),
        *("--exit-with-parent", "--latency", str(latency)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the sandbox has no pipes")
    try:
        told = json.loads(await process.stdout.readline())
        yield told["sandbox"]
    finally:
        process.stdin.close()
        await process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as entrance:
        port: int = entrance.getsockname()[1]
    return port
