"""Commands that stand in documents, and what is to come of them.

A block ``console`` holds commands after ``$`` and what each prints; ``…``
there stands for anything but nothing. A block ``sh`` is one command that has
to succeed.
What only tests need stands in comments, which no reader sees:

    <!-- service EXCHANGE_QUOTA__REQUESTS=5 -->   how the service is started
    <!-- sandbox
    curl -sf $SANDBOX/faults -d '{"status": 503}'
    -->                                           run where it stands
"""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

__all__ = ["Command", "commands", "run", "service_settings", "unlike"]

_MARK = "--- next command ---"
_BLOCK = re.compile(
    r"^## (?P<section>.+?)$"
    r"|^```(?P<kind>sh|console)\n(?P<block>.*?)^```$"
    r"|^<!-- sandbox\n(?P<hidden>.*?)^-->$",
    re.DOTALL | re.MULTILINE,
)
_SERVICE = re.compile(r"<!-- service (.+?) -->")
# What differs from run to run; everything else is to be as it is written.
_VARYING = (
    r"\b[0-9a-f]{32}\b",
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    r"\bAAk[\w-]+=*",
    r"\b20\d\d-\d\d-\d\dT[\d:.]+Z",
    r"(?<=dur=)[\d.]+",
    r"(?<=age: )\d+",
    r"\bfault-\d+\b",
    # The budget of retries fills again while somebody reads.
    r"(?<=\"attempts\":)\d+",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to type.

    ``section`` is the heading above it, ``printed`` what it is to print; None
    if it only has to succeed.
    """

    typed: str
    printed: str | None
    section: str


def commands(text: str) -> list[Command]:
    """Return what a document wants typed, in its order."""
    found: list[Command] = []
    section = ""
    for match in _BLOCK.finditer(text):
        section = match["section"] or section
        if match["kind"] == "console":
            found += _examples(match["block"], section)
        elif typed := match["block"] or match["hidden"]:
            found.append(Command(typed=typed, printed=None, section=section))
    return found


def service_settings(text: str) -> dict[str, str]:
    """Return the variables with which the service is to be started."""
    if found := _SERVICE.search(text):
        return dict(pair.split("=", 1) for pair in found[1].split())
    return {}


def run(
    typed: Sequence[Command], variables: Mapping[str, str], cwd: Path
) -> list[str]:
    """Type commands into one shell, and return what each printed.

    Raises:
        AssertionError: The shell complained, or a command failed that is to
            succeed.
    """
    script = "\n".join(
        f"{command.typed.rstrip()}\n"
        f'echo "{_MARK}{"$?" if command.printed is None else 0}"'
        for command in typed
    )
    done = subprocess.run(
        ["/bin/sh", "-uc", script],
        env=dict(variables),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    *printed, _ = re.split(rf"{_MARK}(\d+)\n", done.stdout)
    assert done.stderr == ""
    failed = [
        command.typed
        for command, status in zip(typed, printed[1::2], strict=True)
        if status != "0"
    ]
    assert failed == []
    return printed[::2]


def unlike(command: Command, printed: str) -> bool:
    """Tell whether a command printed something else than is written."""
    if command.printed is None:
        return False
    expected = re.escape(_masked(command.printed)).replace("…", ".+")
    return re.fullmatch(expected, _masked(printed), re.DOTALL) is None


def _masked(text: str) -> str:
    for pattern in _VARYING:
        text = re.sub(pattern, "…", text)
    return text.replace("\r", "").strip()


def _examples(block: str, section: str) -> list[Command]:
    serial = 0
    numbered: list[tuple[int, str]] = []
    for line in block.splitlines():
        serial += line.startswith("$ ")
        numbered.append((serial, line))
    found = []
    for _, group in groupby(numbered, key=lambda pair: pair[0]):
        lines = [line for _, line in group]
        typed = [line for line in lines if line.startswith(("$ ", "> "))]
        found.append(
            Command(
                typed="\n".join(line[2:] for line in typed),
                printed="\n".join(lines[len(typed) :]),
                section=section,
            )
        )
    return found
