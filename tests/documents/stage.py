"""A service for documents to be tried on, and how it is made as new."""

from collections.abc import Mapping
from pathlib import Path

from tests.support.documents import Command, run
from tests.support.process import Process, environment

__all__ = ["LOG", "Log", "Stage"]

LOG = "service.log"
"""The file in which documents find the log."""

# Between two documents: well again, and without memory.
_ANEW = """
curl -sf -X DELETE $SANDBOX/faults
curl -sf -X POST $SANDBOX/reset -d ''
json='Content-Type: application/json'
for tenant in contoso fabrikam; do
    curl -sf -X POST $API/ops/tokens/$tenant/drop
    curl -sf $API/ops/cache/purge -H "$json" -d "{\\"tenant\\": \\"$tenant\\"}"
done
for name in ada grace support; do
    curl -sf $API/ops/gates/contoso/open -H "$json" \\
        -d "{\\"mailbox\\": \\"$name@contoso.example\\"}"
done
curl -sf $API/ops | jq -r '.breakers[] | "\\(.tenant)/\\(.workload)"' |
    while read -r breaker; do
        curl -sf -X POST "$API/ops/breakers/$breaker/release"
        curl -sf -X POST "$API/ops/breakers/$breaker/reset"
    done
"""


class Log(list[str]):
    """What a service says, in a file too, as whoever runs it would have it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def append(self, line: str) -> None:
        """Add a line."""
        super().append(line)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line)


class Stage:
    """A running service, and the variables that documents speak of."""

    def __init__(self, service: Process, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._variables = variables(service, data_dir)

    def play(self, typed: list[Command]) -> list[str]:
        """Type commands into a service as new; return what each printed."""
        anew = Command(typed=_ANEW, printed=None, section="")
        return run([anew, *typed], self._variables, self._data_dir)[1:]


def variables(service: Process, data_dir: Path) -> Mapping[str, str]:
    """Return what stands for the places that documents speak of."""
    return {
        **environment(data_dir),
        "API": service.url,
        "SANDBOX": f"{service.sandbox}/_sandbox",
        "METRICS": service.metrics,
        "DATA": str(data_dir),
        "LOG": str(data_dir / LOG),
        "TENANT": "contoso",
        "WORKLOAD": "mail-read",
        "MAILBOX": "ada@contoso.example",
    }
