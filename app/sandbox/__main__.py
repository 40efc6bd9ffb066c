"""The sandbox on its own: ``python -m app.sandbox``."""

import argparse
import sys
from collections.abc import Sequence

from app.sandbox.server import serve

__all__ = ["main"]


def main(arguments: Sequence[str]) -> None:
    """Serve a sandbox until a signal, or the end of stdin if asked."""
    parser = argparse.ArgumentParser(prog="python -m app sandbox")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--exit-with-parent", action="store_true")
    parser.add_argument(
        "--latency", type=float, default=0.0, help="seconds a request takes"
    )
    parser.add_argument(
        "--transit", type=float, default=0.0, help="seconds mail takes"
    )
    options = parser.parse_args(arguments)
    serve(
        options.host,
        options.port,
        exit_with_parent=options.exit_with_parent,
        latency=options.latency,
        transit=options.transit,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
