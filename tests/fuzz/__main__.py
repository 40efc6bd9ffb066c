"""``python -m tests.fuzz``: set schemathesis on the service and its sandbox.

It has an environment of its own (``make fuzz`` makes it): what it brings
along is nobody else's business.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.rules import rules
from tests.support.process import serving

_ROOT = Path(__file__).parents[2]
_TOOL = _ROOT / ".fuzz" / "bin" / "schemathesis"


def main() -> int:
    """Return 0 if the service kept its word, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--phases", default="examples,coverage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, help="how long to go on")
    options, more = parser.parse_known_args()
    budget = [f"--max-time={options.seconds}"] if options.seconds else []
    with (
        tempfile.TemporaryDirectory() as data_dir,
        serving(Path(data_dir)) as service,
    ):
        file = Path(data_dir) / "schemathesis.toml"
        file.write_text(rules(), encoding="utf-8")
        done = subprocess.run(
            [
                *(str(_TOOL), f"--config-file={file}", "run"),
                f"{service.url}/openapi.json",
                f"--phases={options.phases}",
                f"--seed={options.seed}",
                *("--continue-on-failure", "--workers=2", "--no-color"),
                "--generation-database=none",
                *budget,
                *more,
            ],
            check=False,
            cwd=data_dir,
        )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
