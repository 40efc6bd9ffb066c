"""``python -m tests.fuzz``: set schemathesis on the service and its sandbox.

Three times: with a key that may do all, with one that may do nothing, and
without one. It has an environment of its own (``make fuzz`` makes it): what it
brings along is nobody else's business.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.callers import SETTINGS, Who, headers_of, let_in, statuses
from tests.fuzz.rules import rules
from tests.support.process import serving

_ROOT = Path(__file__).parents[2]
_TOOL = _ROOT / ".fuzz" / "bin" / "schemathesis"
# Whoever is refused has nothing to follow.
_OF_STRANGERS = {"examples", "coverage", "fuzzing"}


def main() -> int:
    """Return 0 if the service kept its word, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--phases", default="examples,coverage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, help="how long to go on")
    parser.add_argument("--who", nargs="*", type=Who, default=list(Who))
    options, more = parser.parse_known_args()
    return max([_run(who, options, more) for who in options.who])


def _run(who: Who, options: argparse.Namespace, more: list[str]) -> int:
    """Let one caller try; say what it was answered."""
    phases = options.phases.split(",")
    checks = []
    if who is not Who.ALL:
        phases = [phase for phase in phases if phase in _OF_STRANGERS]
        checks = ["--checks=not_a_server_error"]
    with (
        tempfile.TemporaryDirectory() as data_dir,
        serving(Path(data_dir), **SETTINGS) as service,
    ):
        file = Path(data_dir) / "schemathesis.toml"
        file.write_text(rules(), encoding="utf-8")
        done = subprocess.run(
            [
                *(str(_TOOL), f"--config-file={file}", "run"),
                f"{service.url}/openapi.json",
                f"--phases={','.join(phases)}",
                f"--seed={options.seed}",
                *(f"--header={line}" for line in headers_of(who)),
                *("--continue-on-failure", "--workers=1", "--no-color"),
                "--generation-database=none",
                *(
                    [f"--max-time={options.seconds}"]
                    if options.seconds
                    else []
                ),
                *checks,
                *more,
            ],
            check=False,
            cwd=data_dir,
        )
    wrongly = let_in(service.output) if who is not Who.ALL else []
    answered = statuses(service.output)
    sys.stdout.write(
        f"As {who}: {sum(answered.values())} requests, answered {answered};"
        f" let in without the role: {wrongly or 'none'}\n"
    )
    return 1 if done.returncode or wrongly else 0


if __name__ == "__main__":
    sys.exit(main())
