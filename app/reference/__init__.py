"""References: pages of the documentation that are written from the code."""

from collections.abc import Callable, Mapping

from app.reference.problems import problems_reference
from app.reference.settings import settings_reference
from app.reference.telemetry import telemetry_reference

__all__ = ["REFERENCES"]

REFERENCES: Mapping[str, Callable[[], str]] = {
    "problems": problems_reference,
    "settings": settings_reference,
    "telemetry": telemetry_reference,
}
"""The Markdown of ``docs/<name>.md``, by name."""
