"""``python -m tests.gameday``: play the incidents and tell how each went."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.gameday.day import Outcome, play
from tests.gameday.hastened import FACTOR
from tests.gameday.incidents import INCIDENTS, Incident
from tests.support.postgres import postgresql

_HEAD = f"""\
Every duration in the rules is divided by {FACTOR}. Seconds to the alert, and
from the end of the trouble to the end of the last alert, runbook verified;
the share of requests that were served before, in trouble and afterwards.

{"incident":<34}{"alert":<22}{"after":>7}{"well":>7}  {"served":<18}also raised
"""


def main() -> int:
    """Return 0 if each incident was told for what it was, and ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.gameday")
    parser.add_argument(
        "--only", metavar="RUNBOOK", choices=[i.runbook for i in INCIDENTS]
    )
    options = parser.parse_args()
    chosen = [i for i in INCIDENTS if options.only in {None, i.runbook}]
    _say(_HEAD)
    good = sum(_went_well(incident) for incident in chosen)
    _say(f"\n{good} of {len(chosen)} detected, named right and recovered.\n")
    return 0 if good == len(chosen) else 1


def _went_well(incident: Incident) -> bool:
    try:
        with tempfile.TemporaryDirectory() as home, postgresql() as database:
            outcome = asyncio.run(play(incident, Path(home), database))
    except (TimeoutError, AssertionError) as error:
        _say(f"{incident.name:<34}{incident.alert:<22} FAILED: {error!r}\n")
        return False
    _say("\n".join(_lines(outcome)) + "\n")
    return outcome.is_served and not outcome.unexplained


def _lines(outcome: Outcome) -> Iterator[str]:
    served = " ".join(f"{share:4.0%}" for share in outcome.served)
    yield (
        f"{outcome.incident.name:<34}{outcome.incident.alert:<22}"
        f"{outcome.detected:>7.1f}{outcome.well:>7.1f}  {served:<18}"
        f"{_listed(outcome.also)}"
    )
    if outcome.unexplained:
        yield f"    WRONG: no reason for {_listed(outcome.unexplained)}"
    if not outcome.is_served:
        yield "    WRONG: callers were not served before or are not now"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "-"


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
