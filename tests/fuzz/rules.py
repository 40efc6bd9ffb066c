"""The rules of the run: what is not checked, and which ids there are."""

import json
from pathlib import Path

from app.routers.examples import examples

__all__ = ["rules"]

_RULES = Path(__file__).with_name("schemathesis.toml")
# The rest is made up, as everything would be without them.
_OFTEN = 0.8
_NOW_AND_THEN = 0.5
# Members of bodies that hold the same as a parameter of that name.
_IN_BODIES = {
    "body.calendar_id": "calendar",
    "body.end.time_zone": "time_zone",
    "body.folder": "folder",
    "body.folder_id": "folder",
    "body.start.time_zone": "time_zone",
}


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
    for name in known:
        lines += [
            _bound(f"path.{name}", name, _OFTEN),
            _bound(f"query.{name}", name, _NOW_AND_THEN),
        ]
    lines += [
        _bound(place, name, _NOW_AND_THEN)
        for place, name in _IN_BODIES.items()
    ]
    return "\n".join([*lines, ""])


def _bound(place: str, dictionary: str, share: float) -> str:
    values = f'dictionary = "{dictionary}", probability = {share}'
    return f'"{place}" = {{ {values} }}'
