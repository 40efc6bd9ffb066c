"""Carry a large file up and down through real processes, and watch memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx

from tests.support.process import Process

__all__ = ["How", "Memory", "carry", "peak"]

How = Literal["raw", "multipart"]
_PART = 65_536
_SESSION = "/AttachmentSessions/{session}"
_FAULT = {
    "route": _SESSION,
    "method": "PUT",
    "nth": 3,
    "status": 504,
    "after_work": True,
}


@dataclass(frozen=True, kw_only=True)
class Memory:
    """The most memory that the service ever had, in bytes, at each point.

    ``pieces`` is how many requests took the file to Exchange, ``repeated``
    how many bytes of them it had seen before.
    """

    before: int
    up: int
    down: int
    pieces: int
    repeated: int


def peak(process: Process) -> int:
    """Return the peak of a process's resident memory (``VmHWM``)."""
    status = Path(f"/proc/{process.popen.pid}/status").read_text()
    line = next(at for at in status.splitlines() if at.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def carry(process: Process, mailbox: str, how: How, size: int) -> Memory:
    """Attach a file with a fault in the middle, and read it again.

    Raises:
        AssertionError: It did not arrive, or not as it was.
    """
    messages = f"{process.url}/v1/mailboxes/{mailbox}/messages"
    control = f"{process.sandbox}/_sandbox"
    with httpx.Client(timeout=600) as client:
        place = _draft(client, messages)
        _warm_up(client, place)
        before = peak(process)
        client.post(f"{control}/faults", json=_FAULT).raise_for_status()
        made = _attach(client, place, how, size)
        assert made.status_code == 201, made.text
        up = peak(process)
        down_digest, length = _read(client, made.headers["location"], place)
        calls = client.get(f"{control}/calls", params={"limit": 1000}).json()
        client.delete(f"{control}/faults")
    assert length == size
    assert down_digest == _digest(_content(size))
    sent = [
        call
        for call in calls["calls"]
        if call["route"] == _SESSION and call["method"] == "PUT"
    ]
    return Memory(
        before=before,
        up=up,
        down=peak(process),
        pieces=len(sent),
        repeated=sum(call["size"] for call in sent) - size,
    )


def _draft(client: httpx.Client, messages: str) -> str:
    made = client.post(messages, json={"subject": "Large"})
    made.raise_for_status()
    path: str = made.headers["location"]
    return f"{messages.partition('/v1/')[0]}{path}/attachments"


def _warm_up(client: httpx.Client, place: str) -> None:
    """Have everything loaded that any request needs."""
    small = client.post(place, params={"name": "small"}, content=b"x")
    small.raise_for_status()
    client.post(place, files={"file": ("small", b"x" * 2_000_000)})


def _attach(
    client: httpx.Client, place: str, how: How, size: int
) -> httpx.Response:
    if how == "raw":
        headers = {"Content-Length": str(size)}
        query = {"name": "large.bin"}
        content = _content(size)
        return client.post(
            place, params=query, content=content, headers=headers
        )
    files: Any = {"file": ("large.bin", _File(size))}
    return client.post(place, files=files)


def _read(client: httpx.Client, path: str, place: str) -> tuple[str, int]:
    digest, length = hashlib.sha256(), 0
    url = f"{place.partition('/v1/')[0]}{path}/content"
    with client.stream("GET", url) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            digest.update(part)
            length += len(part)
    return digest.hexdigest(), length


def _content(size: int) -> Iterator[bytes]:
    """Yield bytes that differ from place to place."""
    for start in range(0, size, _PART):
        block = hashlib.sha256(str(start).encode()).digest() * (_PART // 32)
        yield block[: size - start]


def _digest(content: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for part in content:
        digest.update(part)
    return digest.hexdigest()


class _File:
    """A file that is made as it is read."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = _content(size)

    def read(self, _length: int = -1) -> bytes:
        return next(self._left, b"")

    def seek(self, _at: int, whence: int = 0) -> int:
        return self._size if whence else 0

    def tell(self) -> int:
        return 0
