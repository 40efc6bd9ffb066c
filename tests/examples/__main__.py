"""``python -m tests.examples``: make all examples anew."""

import sys

from tests.examples.files import FOLDER, files
from tests.examples.table import ROWS
from tests.examples.taking import take
from tests.support.held import watch_databases


def main() -> int:
    """Write one file for each tag, and drop what belongs to none."""
    watch_databases()
    examples = take(ROWS, ROWS)
    current = files(examples)
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        if path.name not in current:
            path.unlink()
    for name, text in current.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(examples)} examples\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
