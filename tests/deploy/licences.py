"""Hold what is shipped to the licences that it may be under.

``python -m tests.deploy.licences BOM``, for a bill of materials in CycloneDX.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["flaws"]

_POLICY = Path(__file__).parents[2] / "deploy" / "licences.toml"


def flaws(bom: Mapping[str, Any], policy: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each part that may not be shipped as it is.

    A part must be under an allowed licence by all that it tells. What is
    excepted must be under just the licences that are written down with the
    reason.
    """
    allowed = set(policy["allowed"])
    excepted = {one["package"]: one["licences"] for one in policy["except"]}
    for part in bom["components"]:
        name, told = part["name"], [*map(_told, part.get("licenses", ()))]
        if name in excepted:
            known = sorted(excepted.pop(name))
            if sorted(told) != known:
                yield f"{name}: excepted for {known}, and now under {told}"
        elif not told:
            yield f"{name}: tells no licence"
        else:
            yield from (
                f"{name}: {one} is not allowed"
                for one in told
                if not _is_allowed(one, allowed)
            )
    for name in excepted:
        yield f"{name}: excepted, and not shipped"


def _told(choice: Mapping[str, Any]) -> str:
    known = choice.get("license", {})
    told: str = (
        choice.get("expression") or known.get("id") or known.get("name") or "?"
    )
    return told


def _is_allowed(expression: str, allowed: set[str]) -> bool:
    """Tell it of an SPDX expression; one in brackets never is."""
    return any(
        all(one in allowed for one in choice.split(" AND "))
        for choice in expression.split(" OR ")
    )


def main() -> int:
    """Tell what may not be shipped; return the exit status."""
    bom = json.loads(Path(sys.argv[1]).read_text())
    found = [*flaws(bom, tomllib.loads(_POLICY.read_text()))]
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found or not bom["components"] else 0


if __name__ == "__main__":
    sys.exit(main())
