"""The rules for those who cannot wait. Pure."""

import re

__all__ = ["FACTOR", "hastened"]

FACTOR = 60

_DURATION = re.compile(r"(?<=\[)(\d+)([smhd])(?=\])|(?<=\bfor: )(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def hastened(rules: str) -> str:
    """Return rules that see and wait for a `FACTOR` less of time.

    Ranges and ``for`` are divided, and nothing else is changed.
    """
    return _DURATION.sub(_divided, rules)


def _divided(found: re.Match[str]) -> str:
    amount, unit = found[1] or found[3], found[2] or found[4]
    return f"{int(amount) * _SECONDS[unit] * 1000 // FACTOR}ms"
