"""Measure how much memory a large attachment takes, up and down."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from tests.load.attachments import How, carry
from tests.support.process import serving


def main() -> None:
    """Carry a file in both ways and tell of it in JSON."""
    options = argparse.ArgumentParser()
    options.add_argument("--megabytes", type=int, default=100)
    size = options.parse_args().megabytes * 1_000_000
    for how in get_args(How):
        with (
            TemporaryDirectory() as data,
            serving(Path(data)) as process,
        ):
            found = carry(process, "ada@contoso.example", how, size)
        told = {"how": how, "bytes": size, **asdict(found)}
        sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
