"""The README's first five minutes: every command gives what it says."""

import re
import subprocess
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tests.support.process import environment, serving
from tests.support.tools import installed

README = Path(__file__).parents[2] / "README.md"
_MARK = "--- next command ---"
# What differs from run to run; everything else is to be as it is written.
_VARYING = (
    r"\b[0-9a-f]{32}\b",
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    r"\bAAk[\w-]+=*",
    r"\b20\d\d-\d\d-\d\dT[\d:.]+Z",
    r"(?<=dur=)[\d.]+",
    r"(?<=age: )\d+",
    # The budget of retries fills again while somebody reads.
    r"(?<=\"attempts\":)\d+",
)


class Example(NamedTuple):
    """A command, and what the README says it prints."""

    command: str
    output: str


def examples() -> list[Example]:
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [example for block in blocks for example in _examples(block)]


def _examples(block: str) -> list[Example]:
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
            Example(
                command="\n".join(line[2:] for line in typed),
                output="\n".join(lines[len(typed) :]),
            )
        )
    return found


def masked(text: str) -> str:
    for pattern in _VARYING:
        text = re.sub(pattern, "…", text)
    return text.replace("\r", "").strip()


def test_the_commands_of_the_readme_do_what_it_says(tmp_path: Path) -> None:
    """In their order, against one service, in one shell."""
    installed("curl")
    commands = f"\necho; echo '{_MARK}'\n".join(
        example.command for example in examples()
    )
    with serving(tmp_path) as service:
        done = subprocess.run(
            ["/bin/sh", "-uc", commands],
            env={
                **environment(tmp_path),
                "API": service.url,
                "SANDBOX": f"{service.sandbox}/_sandbox",
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    printed = done.stdout.split(_MARK)

    assert done.stderr == ""
    assert [masked(text) for text in printed] == [
        masked(example.output) for example in examples()
    ]


def test_the_readme_has_examples() -> None:
    """So that the test above is about something."""
    assert len(examples()) > 10
