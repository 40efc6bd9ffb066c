"""``python -m tests.security.isolation``: play for longer, and tell."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.security.isolation.play import play
from tests.support.held import watch_databases
from tests.support.virtual_loop import VirtualLoop


def main() -> int:
    """Return 0 if nobody saw anything of another, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.isolation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=20_000)
    options = parser.parse_args()
    watch_databases()
    with (
        tempfile.TemporaryDirectory() as data_dir,
        asyncio.Runner(loop_factory=VirtualLoop) as runner,
    ):
        played = runner.run(
            play(Path(data_dir), seed=options.seed, calls=options.calls)
        )
    found = sorted({*played.leaks, *played.wrong})
    sys.stdout.write("\n".join([str(played), *found]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
