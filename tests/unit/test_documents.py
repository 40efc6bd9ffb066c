"""What holds documents to their word notices when they do not keep it."""

from pathlib import Path

import pytest

from tests.support.documents import commands, run, service_settings, unlike

PAGE = """\
<!-- service EXCHANGE_PORT=1 EXCHANGE_HOST=localhost -->

## Check
<!-- sandbox
hidden=yes
-->

```console
$ echo one
one
$ for number in 1 2; do
>   echo $hidden $number
> done
yes 1
… 2
```

## Act
```sh
test -n "$hidden"
```

```text
this cannot run
```
"""


def test_commands_are_taken_in_their_order() -> None:
    """With what they print, and below which heading; nothing else is typed."""
    found = [(c.section, c.typed.strip(), c.printed) for c in commands(PAGE)]

    assert found == [
        ("Check", "hidden=yes", None),
        ("Check", "echo one", "one"),
        (
            "Check",
            "for number in 1 2; do\n  echo $hidden $number\ndone",
            "yes 1\n… 2",
        ),
        ("Act", 'test -n "$hidden"', None),
    ]
    assert service_settings(PAGE) == {
        "EXCHANGE_PORT": "1",
        "EXCHANGE_HOST": "localhost",
    }


def test_one_shell_runs_all(tmp_path: Path) -> None:
    """What one command sets, the next one has."""
    typed = commands(PAGE)
    printed = run(typed, {}, tmp_path)

    assert printed == ["", "one\n", "yes 1\nyes 2\n", ""]
    assert not any(map(unlike, typed, printed))


def test_what_is_not_as_written_is_noticed(tmp_path: Path) -> None:
    """Another text, a command that fails, and one that complains."""
    [wrong] = commands("```console\n$ echo one\ntwo\n```\n")
    [failing] = commands("```sh\nfalse\n```\n")
    [loud] = commands("```console\n$ echo oh >&2\n```\n")

    assert unlike(wrong, *run([wrong], {}, tmp_path))
    for command in (failing, loud):
        with pytest.raises(AssertionError):
            run([command], {}, tmp_path)


def test_what_differs_from_run_to_run_may_differ() -> None:
    """Ids and times; numbers only where the page says so."""
    [one] = commands(
        "```console\n$ x\n2026-11-22T06:41:13Z fault-1 7 …\n```\n"
    )

    assert not unlike(one, "2027-01-01T00:00:00Z fault-9 7 8\n")
    assert unlike(one, "2027-01-01T00:00:00Z fault-9 8 8\n")
