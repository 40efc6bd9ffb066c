"""How lines of the log are written."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from app.telemetry.logs import EventLog, bound_request
from app.telemetry.signals.events import ACCESS


def test_lines_of_several_threads_stay_whole(tmp_path: Path) -> None:
    """What exports signals complains from threads of its own."""
    path = tmp_path / "log"
    with path.open("w", encoding="utf-8") as stream:
        log = EventLog(stream)

        def complain(number: int) -> None:
            for _ in range(50):
                log.write(ACCESS, {"route": str(number) * 3_000})

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(complain, range(4)))
    lines = path.read_text(encoding="utf-8").splitlines()

    assert len(lines) == 200
    assert {len(set(json.loads(line)["route"])) for line in lines} == {1}


def test_a_line_begins_with_what_is_looked_for_first() -> None:
    """When, how bad, what, and of which request; the innermost one counts."""
    stream = io.StringIO()
    log = EventLog(stream)
    with bound_request("outer"):
        with bound_request("inner"):
            log.write(ACCESS, {"status": 200})
        log.write(ACCESS, {"status": 200})
    log.write(ACCESS, {"status": 200})
    inner, outer, none = map(json.loads, stream.getvalue().splitlines())

    assert list(inner) == [
        *("timestamp", "level", "event", "request_id", "status"),
    ]
    assert inner["timestamp"].endswith("Z")
    assert datetime.fromisoformat(inner["timestamp"]).tzinfo
    assert [inner["request_id"], outer["request_id"]] == ["inner", "outer"]
    assert "request_id" not in none
