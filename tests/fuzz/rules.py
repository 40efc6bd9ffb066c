"""The rules of the run: what is not checked, and which ids there are."""

import json
from pathlib import Path

from app.routers.examples import examples

__all__ = ["rules"]

_RULES = Path(__file__).with_name("schemathesis.toml")
# The rest is made up, as everything would be without them.
_OFTEN = 0.8


def rules() -> str:
    """Return what schemathesis reads, in TOML.

    To what stands in paths the examples of the document are added: nobody
    would guess an id of the sandbox, and behind a 404 there is little to see.
    """
    known: dict[str, set[str]] = {}
    for example in examples().values():
        for name, value in example.parameters.items():
            if isinstance(value, str):
                known.setdefault(name, set()).add(value)
    lines = [_RULES.read_text(encoding="utf-8")]
    for name, values in known.items():
        listed = json.dumps(sorted(values))
        lines += [f"[dictionaries.{name}]", f"values = {listed}"]
    lines.append("[parameters]")
    lines += [
        f'"path.{name}" = {{ dictionary = "{name}", probability = {_OFTEN} }}'
        for name in known
    ]
    return "\n".join([*lines, ""])
