"""``python -m tests.chaos``: play all scenes and tell what held."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.chaos.blackout import play_blackout
from tests.chaos.scenes import play_outage, play_storm
from tests.chaos.stage import Played

_CALLS = 10_000


def main() -> int:
    """Return 0 if every invariant held, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=_CALLS)
    options = parser.parse_args()
    scenes: dict[str, Callable[[Path], Played]] = {
        f"Storm, seed {options.seed}": partial(
            play_storm, seed=options.seed, calls=options.calls
        ),
        "Blackout and recovery": play_blackout,
        "Amplification in a total outage": play_outage,
    }
    held = True
    for name, play in scenes.items():
        with tempfile.TemporaryDirectory() as data_dir:
            played = play(Path(data_dir))
        _show(name, played)
        held &= all(finding.holds for finding in played.findings)
    sys.stdout.write(f"\n{'All held.' if held else 'BROKEN, see above.'}\n")
    return 0 if held else 1


def _show(name: str, played: Played) -> None:
    lines = ["", name, *(f"  {note}" for note in played.notes)]
    if played.findings:
        lines.append(f"  {'invariant':<34}{'found':>9}{'at most':>9}")
    lines += [
        f"  {finding.name:<34}{finding.found:>9.4g}{finding.most:>9.4g}"
        f"  {'ok' if finding.holds else 'BROKEN'}"
        for finding in played.findings
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
