"""A server that does on the wire what it is told, and remembers all."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Self

import anyio

__all__ = ["Peer", "Seen", "Step", "Then", "WireServer", "answer", "say"]

_ENDING = b"\r\n\r\n"


class Then(Enum):
    """What the server does after it has spoken."""

    KEEP = auto()  # read the next request
    CLOSE = auto()  # end the connection in order
    RESET = auto()  # end it with a TCP reset
    HANG = auto()  # say nothing more until the client goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it arrived, and on which of the connections."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int

    def values(self, name: str) -> list[str]:
        """Return the values of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name]


@dataclass(slots=True, kw_only=True)
class Peer:
    """One connection, seen from the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        linger = struct.pack("ii", 1, 0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    async def wait_until_gone(self) -> None:
        """Read and forget until the client ends the connection."""
        while await self.reader.read(1 << 16):
            pass


Step = Callable[[Peer], Awaitable[Then]]


def say(raw: bytes, then: Then = Then.KEEP) -> Step:
    """Make a step that sends some bytes."""

    async def step(peer: Peer) -> Then:
        peer.writer.write(raw)
        await peer.writer.drain()
        return then

    return step


def answer(
    body: bytes = b"ok",
    *headers: str,
    status: int = 200,
    then: Then = Then.KEEP,
) -> Step:
    """Make a step that sends a whole answer."""
    lines = (
        f"HTTP/1.1 {status} Done",
        *headers,
        *([] if status in {204, 304} else [f"Content-Length: {len(body)}"]),
    )
    return say("\r\n".join(lines).encode() + _ENDING + body, then)


@dataclass(kw_only=True)
class WireServer:
    """Reads requests and takes one step for each; the last one repeats.

    With ``at_connect`` it takes that step for each connection instead, and
    reads no request. Leaving it fails unless the clients have ended all
    their connections: nothing may be left behind.
    """

    script: list[Step] = field(default_factory=lambda: [answer()])
    at_connect: Step | None = None
    tls: ssl.SSLContext | None = None
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0
    open: int = 0

    def __post_init__(self) -> None:
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self.tls
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self.until(lambda: self.open == 0)

    @property
    def url(self) -> str:
        """Where to reach it; the name is that of the certificate."""
        port = self._server.sockets[0].getsockname()[1]
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://localhost:{port}"

    async def until(self, state: Callable[[], bool]) -> None:
        """Wait until the server is in a state, for a second at most."""
        with anyio.fail_after(1):
            async with self._changed:
                await self._changed.wait_for(state)

    async def _note(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        peer = Peer(reader=reader, writer=writer)
        self.connections += 1
        self.open += 1
        await self._note()
        try:
            await self._end(peer, await self._talk(peer, self.connections))
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client went first
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            self.open -= 1
            await self._note()

    async def _talk(self, peer: Peer, connection: int) -> Then:
        if self.at_connect is not None:
            return await self.at_connect(peer)
        then = Then.KEEP
        while then is Then.KEEP:
            self.requests.append(await _read_request(peer.reader, connection))
            await self._note()
            last = len(self.script) == 1
            then = await (self.script[0] if last else self.script.pop(0))(peer)
        return then

    async def _end(self, peer: Peer, then: Then) -> None:
        if then is Then.RESET:
            peer.reset()
        elif then is Then.HANG:
            await peer.wait_until_gone()


async def _read_request(reader: asyncio.StreamReader, connection: int) -> Seen:
    head = (await reader.readuntil(_ENDING)).decode()
    request_line, *lines = head.removesuffix(_ENDING.decode()).split("\r\n")
    method, target, _version = request_line.split(" ")
    pairs = [line.partition(": ") for line in lines]
    headers = [(name, value) for name, _colon, value in pairs]
    length = {name.lower(): value for name, value in headers}
    body = await reader.readexactly(int(length.get("content-length", "0")))
    return Seen(
        method=method,
        target=target,
        headers=headers,
        body=body,
        connection=connection,
    )
