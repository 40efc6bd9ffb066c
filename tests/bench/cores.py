"""Processes kept on cores of their own, and what they use of them."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["LOAD", "TARGET", "cpu_seconds", "pin", "resident_bytes"]

_PROC = Path("/proc")
_ALL = sorted(os.sched_getaffinity(0))

# The clock of another process (CPUCLOCK_SCHED in Linux, posix-timers.h).
_SCHEDULED = 2

TARGET = {_ALL[0]}
"""Where the process under test runs."""
LOAD = set(_ALL[1:2]) or TARGET
"""Where the upstream runs, and what asks."""


def pin(cores: set[int]) -> None:
    """Keep this process, and those that it starts, on these cores."""
    os.sched_setaffinity(0, cores)


def cpu_seconds(pid: int) -> float:
    """Return the seconds that a process and its children ran so far.

    What threads used that have ended is in it; of children it is not.
    """
    clocks = (~process << 3 | _SCHEDULED for process in _family(pid))
    return sum(map(time.clock_gettime, clocks))


def resident_bytes(pid: int) -> int:
    """Return the memory that a process and its children have in RAM."""
    pages = 0
    for process in _family(pid):
        told = (_PROC / str(process) / "statm").read_text()
        pages += int(told.split(" ", 2)[1])
    return pages * os.sysconf("SC_PAGESIZE")


def _family(pid: int) -> Iterator[int]:
    yield pid
    for thread in (_PROC / str(pid) / "task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _family(int(child))
