"""``python -m tests.crash``: kill services while they send, and count."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash.databases import DATABASES, Ledger, opened
from tests.crash.run import Wish, run
from tests.crash.table import Evidence, described, notes, table

_KILLS = 200
_SECONDS = 900.0


def main() -> int:
    """Return 0 if nothing was lost, twice or otherwise than promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=_KILLS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--database", choices=(*DATABASES, "both"), default="both"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=_SECONDS,
        help="the most that the killing on each database may take",
    )
    parser.add_argument("--keep", type=Path, help="where to leave all data")
    options = parser.parse_args()
    asked = options.database
    are_kept = [
        _play(database, options)
        for database in (DATABASES if asked == "both" else (asked,))
    ]
    kept = all(are_kept)
    sys.stdout.write(f"\n{'All kept.' if kept else 'BROKEN, see above.'}\n")
    return 0 if kept else 1


def _play(database: str, options: argparse.Namespace) -> bool:
    """Play on one database; tell whether all was kept."""
    with (
        _data(options.keep, database) as data_dir,
        opened(database, data_dir) as ledger,
    ):
        wish = Wish(
            kills=options.kills,
            seed=options.seed,
            seconds=options.seconds,
            ledger=ledger,
        )
        evidence = asyncio.run(run(wish, data_dir))
        _show(f"{database}, seed {wish.seed}", evidence)
        asyncio.run(_show_rows(evidence, ledger))
    return not evidence.broken and evidence.killed == wish.kills


@contextmanager
def _data(keep: Path | None, database: str) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory() as data_dir:
            yield Path(data_dir)
    else:
        (keep / database).mkdir(parents=True)
        yield keep / database


def _show(title: str, evidence: Evidence) -> None:
    lines = [*table(evidence), *notes(evidence)]
    lines += [f"COMPLAINT {line}" for line in evidence.complaints]
    lines += [f"BROKEN {described(one)}" for one in evidence.broken]
    told = "".join(f"  {line}\n" for line in lines)
    sys.stdout.write(f"\n{title}\n{told}")
    sys.stdout.flush()


async def _show_rows(evidence: Evidence, ledger: Ledger) -> None:
    """Show what the ledger has of the messages that were not kept."""
    for one in evidence.broken:
        messages = [copy.message for copy in one.copies]
        rows = await ledger.rows(one.mail.send_id or "-", messages)
        lines = [f"{one.mail.subject}: {messages}", *rows]
        sys.stdout.write("".join(f"  {line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
