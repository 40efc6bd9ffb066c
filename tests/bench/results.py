"""What was found: rows of values, kept as JSON."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

__all__ = ["Results", "Row"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one target has shown in one case, in all rounds."""

    case: str
    target: str
    metric: str
    values: list[float]

    @property
    def median(self) -> float:
        """The middle of all rounds."""
        return statistics.median(self.values)


@dataclass(frozen=True, kw_only=True)
class Results:
    """All rows of a run, and where and of what it was.

    ``versions`` are the revisions that were measured, by name of the target.
    """

    when: str
    machine: str
    versions: dict[str, str]
    rounds: int
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def find(self, case: str, target: str, metric: str) -> Row | None:
        """Return a row, if that was measured."""
        for row in self.rows:
            if (row.case, row.target, row.metric) == (case, target, metric):
                return row
        return None

    def targets(self) -> Sequence[str]:
        """Return all targets in the order in which they came."""
        return list(dict.fromkeys(row.target for row in self.rows))

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Read what was written."""
        found = json.loads(path.read_text())
        rows = [Row(**row) for row in found.pop("rows")]
        return cls(**found, rows=rows)
