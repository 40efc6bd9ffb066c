"""The command line.

``python -m app serve|sandbox|settings|openapi|reference``
"""

# What a command needs is imported when it is asked for: a wrong setting is
# told at once, and not after all that serves has been read.
# ruff: noqa: PLC0415

import argparse
import gc
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGES = ("problems", "settings", "telemetry")


def main() -> int:
    """Run the command that was asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m app")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="start the service")
    commands.add_parser("settings", help="print the effective settings")
    commands.add_parser("sandbox", help="start a local Graph", add_help=False)
    described = commands.add_parser("openapi", help="print the API document")
    described.add_argument("--check", type=Path, metavar="FILE")
    page = commands.add_parser("reference", help="print a page of docs/")
    page.add_argument("page", choices=PAGES)
    page.add_argument("--check", type=Path, metavar="FILE")
    options, more = parser.parse_known_args()
    if more and options.command != "sandbox":
        parser.error(f"unknown arguments: {' '.join(more)}")
    with _lasting():
        from app.settings import SettingsError
    try:
        return _run(options, more)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(options: argparse.Namespace, more: list[str]) -> int:
    from app.settings import effective, load_settings

    match options.command:
        case "serve":
            settings = load_settings()
            with _lasting():
                from app.commands.serve import serve

            return serve(settings)
        case "sandbox":
            # Not imported: what serves callers has nothing of it.
            sys.argv[1:] = more
            runpy.run_module("app.sandbox", run_name="__main__")
        case "settings":
            sys.stdout.writelines(
                f"{line}\n" for line in effective(load_settings())
            )
        case "reference":
            from app.reference import REFERENCES

            return _written(REFERENCES[options.page](), options.check)
        case _:
            from app.commands.document import document

            return _written(document(), options.check)
    return 0


@contextmanager
def _lasting() -> Iterator[None]:
    """Import what stays: nothing in it is to be collected, now or later."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _written(text: str, check: Path | None) -> int:
    """Print what is written from the code, or say that a file is older."""
    if check is None:
        sys.stdout.write(text)
    elif not check.exists() or check.read_text() != text:
        sys.stderr.write(f"{check} is out of date: make openapi reference\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
