"""The API document, made once: it is the same for all settings."""

from functools import cache
from typing import Any

from app.main import create_app
from app.settings import Settings
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.wiring import assemble

__all__ = ["generated"]


@cache
def generated() -> dict[str, Any]:
    """Return the document; nobody may change it."""
    settings = Settings.model_construct()
    telemetry = Telemetry(EventLog())
    app = create_app(settings, telemetry, assemble(settings, telemetry))
    return app.openapi()
