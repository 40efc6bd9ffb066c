"""Which of the processes on this machine this one is."""

import fcntl
import os
import socket
import uuid
from pathlib import Path

__all__ = ["Instance"]

_MOST = 1000


class Instance:
    """A name that a process has for itself as long as it lives.

    It is kept in a file that the process holds a lock on. Whoever starts
    after it has ended, however it ended, gets the name again: what the name
    stands under was left behind by a process that is gone.
    """

    def __init__(self, directory: Path) -> None:
        """Take the first name that is free.

        Args:
            directory: Where the names are; made if it is not there.

        Raises:
            OSError: It cannot be used.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(_MOST):
            descriptor = os.open(
                directory / str(number), os.O_RDWR | os.O_CREAT, 0o600
            )
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            self._descriptor = descriptor
            self.name = _named(descriptor)
            return
        raise OSError(f"{directory}: {_MOST} processes are there already")

    def close(self) -> None:
        """Give the name back."""
        os.close(self._descriptor)


def _named(descriptor: int) -> str:
    """Return the name in a file; the first to ask makes one."""
    name = os.pread(descriptor, 64, 0).decode("ascii", "replace")
    if len(name) != len(_fresh()):
        name = _fresh()
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, name.encode(), 0)
    return name


def _fresh() -> str:
    host = uuid.uuid5(uuid.NAMESPACE_DNS, socket.gethostname()).hex[:8]
    return f"{host}-{uuid.uuid4().hex}"
